import type { Policy } from '../../common/policy.ts';
import type { Clock } from '../ports/clock.ts';
import type { IdleSource } from '../ports/idle.ts';

/** How often the idle clock is read, in ms: seldom, and often once a threshold is near. */
const SLOW_MS = 1_000;
const FAST_MS = 100;
const NEAR_MS = 2_000;

export interface IdleWatch {
  /** Somebody has just proved to be here in a way that the system's idle clock does not see. */
  readonly present: () => void;
  /** Tells at once, and then again and again until stopped. */
  readonly start: () => void;
  readonly stop: () => void;
  /** As last told. */
  readonly ms: () => number;
}

/** Tells how long nobody has been here. `unreadable` ends the watch: nobody can tell any more. */
export function idleWatch(
  clock: Clock,
  idle: IdleSource,
  policy: () => Policy,
  told: (ms: number) => void,
  unreadable: (cause: unknown) => void,
): IdleWatch {
  let presentAt = 0;
  let ms = 0;
  let cancel = (): void => undefined;
  let isWatching = false;

  const stop = () => {
    isWatching = false;
    cancel();
  };

  const read = (): void => {
    try {
      ms = Math.max(0, Math.min(idle.ms(), clock.mono() - presentAt));
    } catch (error) {
      stop();
      return unreadable(error);
    }
    told(ms);
    // What was told may have ended the watch.
    if (!isWatching) return;
    const { idleLockSeconds, idleWarningSeconds } = policy();
    const warningMs = (idleLockSeconds - idleWarningSeconds) * 1000;
    const wait = ms >= warningMs - NEAR_MS ? FAST_MS : SLOW_MS;
    cancel = clock.at(clock.mono() + wait, read);
  };

  return {
    present() {
      presentAt = clock.mono();
      ms = 0;
    },
    start() {
      cancel();
      isWatching = true;
      read();
    },
    stop,
    ms: () => ms,
  };
}
