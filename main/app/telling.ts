import type { Told } from '../../preload/contract.ts';
import type { Clock } from '../ports/clock.ts';

const TOLD_MS = 6_000;
/** What wants a hand stays longer. */
const HAND_MS = 15_000;
const wantsHand: readonly Told[] = ['not-printed', 'print-again', 'print-whole'];

/** What a page may have asked for by itself: it waits for nobody's hand, and takes no other word away. */
const refusals: readonly Told[] = ['print', 'download', 'window', 'link', 'file-chooser'];
const ofPrints: readonly Told[] = ['printing', 'printed', 'not-printed'];

/** What the bar says of an app, to the member in front of it: for a while, and "printing" until it says how that ended. */
export function telling(clock: Clock, changed: () => void) {
  let said: Told | undefined;
  let onScreen: string | undefined;
  /** Sessions whose member left before it was said for long enough that something was not printed. */
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
    tell(session: string, told: Told) {
      const isBusy = said === 'printing' || (said !== undefined && wantsHand.includes(said));
      if (session === onScreen) {
        if (!isBusy || !refusals.includes(told)) say(told);
      } else if (told === 'not-printed') missed.add(session);
    },
    /** Another app comes to the front, or the same one anew. */
    turnApp() {
      if (said !== undefined && !ofPrints.includes(said)) forget();
    },
    /** The session on screen is another one now, or none. */
    turn(next: string | undefined) {
      if (said === 'not-printed' && onScreen !== undefined) missed.add(onScreen);
      forget();
      onScreen = next;
      if (next !== undefined && missed.delete(next)) say('not-printed');
    },
    forget,
    ended: (session: string) => void missed.delete(session),
  };
}
