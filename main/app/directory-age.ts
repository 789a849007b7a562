import type { Policy } from '../../common/policy.ts';
import type { Clock } from '../ports/clock.ts';
import type { StationState } from '../ports/station-state.ts';

const DAY_MS = 24 * 60 * 60 * 1000;
/** Marks are on disk when they return: not more often than this. */
const MARK_MS = 60_000;

/**
 * Tells when the directory has become too old to open for anybody. Measured with the largest time ever
 * seen, so that a clock set back does not make it young again.
 */
export function directoryAge(
  clock: Clock,
  state: Pick<
    StationState,
    'directoryConfirmed' | 'raiseDirectoryConfirmed' | 'latestTime' | 'raiseLatestTime'
  >,
  policy: () => Policy | undefined,
  changed: (outdated: boolean) => void,
  report: (code: string, cause: unknown) => void,
): { confirmed(at: number): void; start(): void; close(): void } {
  let confirmed = state.directoryConfirmed();
  let latest = state.latestTime();
  /** What is on disk. */
  const marked = { confirmed, latest };
  let stop = (): void => undefined;

  /** A mark that cannot be written (a full disk) is not worth more than the station. */
  const mark = (write: () => void) => {
    try {
      write();
    } catch (error) {
      report('directory-age:not-marked', error);
    }
  };

  const check = () => {
    const now = Math.max(latest, clock.wall());
    latest = now;
    if (latest - marked.latest >= MARK_MS) {
      mark(() => state.raiseLatestTime(latest));
      marked.latest = latest;
    }
    const rules = policy();
    changed(rules !== undefined && now - confirmed > rules.offlineDays * DAY_MS);
    stop = clock.at(clock.mono() + MARK_MS, check);
  };

  return {
    confirmed(at) {
      // Just now, whatever the clocks say. One that was ahead has left its mark in the largest time seen: by the server's
      // time alone the directory would be too old until that day has come.
      latest = Math.max(latest, clock.wall());
      confirmed = Math.max(confirmed, at, latest);
      if (confirmed - marked.confirmed >= MARK_MS) {
        mark(() => state.raiseDirectoryConfirmed(confirmed));
        marked.confirmed = confirmed;
      }
      stop();
      check();
    },
    start: check,
    close: () => stop(),
  };
}
