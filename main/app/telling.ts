import type { Told } from '../../preload/contract.ts';
import type { Clock } from '../ports/clock.ts';

const TOLD_MS = 6_000;
/** What wants a hand stays longer. */
const HAND_MS = 15_000;
const wantsHand: readonly Told[] = ['not-printed', 'print-again', 'print-whole', 'stopped'];

/** What the bar says of an app, to the member in front of it: for a while, and "printing" until it says how that ended. */
export function telling(clock: Clock, changed: () => void) {
  let said: Told | undefined;
  /** Sessions whose member was away when something was not printed. */
  const missed = new Set<string>();
  let stop = (): void => undefined;

  const forget = () => {
    stop();
    said = undefined;
  };
  const say = (told: Told) => {
    stop();
    said = told;
    if (told === 'printing') return;
    stop = clock.at(clock.mono() + (wantsHand.includes(told) ? HAND_MS : TOLD_MS), () => {
      forget();
      changed();
    });
  };
  return {
    /** In the session on screen. */
    now: () => said,
    /** Something happened in a session, whichever is on screen. */
    tell(session: string, told: Told, onScreen: string | undefined) {
      if (session === onScreen) say(told);
      else if (told === 'not-printed') missed.add(session);
    },
    /** The session on screen is another one now, or none. */
    turn(onScreen: string | undefined) {
      forget();
      if (onScreen !== undefined && missed.delete(onScreen)) say('not-printed');
    },
    forget,
  };
}
