import type { AccessEvent } from '../../common/event.ts';
import type { Fate } from './judge.ts';

/** Why the time of an event is not to be believed. What comes late is no fault: a station may be offline for weeks. */
export type ClockFault =
  /** Its station's clock is ahead of the server's. */
  | 'clock-ahead'
  /** It is from more than a year ago: from before its station's battery, and clock, gave up. */
  | 'clock-behind'
  /** It is from before the event that it follows, and its station says nothing of that. */
  | 'clock-back';

const AHEAD_MS = 10 * 60_000;
const BEHIND_MS = 365 * 24 * 3_600_000;
/** Time servers correct less than this every day. */
const BACK_MS = 60_000;

type Timed = Pick<AccessEvent, 'seq' | 'at'>;

/** Judges the times of one epoch's ascending events. `before` is what stands there already, `now` the server's clock, ms. */
export function clockFaults(
  batch: readonly { readonly event: AccessEvent }[],
  fates: readonly Fate[],
  before: Timed | undefined,
  now: number,
): readonly (ClockFault | undefined)[] {
  let last = before;
  return batch.map(({ event }, index) => {
    const at = Date.parse(event.at);
    const back = last?.seq === event.seq - 1 ? Date.parse(last.at) - at : 0;
    last = event;
    if (fates[index]?.kind === 'repeat') return undefined;
    if (at - now > AHEAD_MS) return 'clock-ahead';
    if (now - at > BEHIND_MS) return 'clock-behind';
    const isTold = tellsOfJump(event) || tellsOfJump(batch[index + 1]?.event);
    return back > BACK_MS && !isTold ? 'clock-back' : undefined;
  });
}

/** A station that sees its clock jump locks for that reason first, and records the jump next. */
const tellsOfJump = (event: AccessEvent | undefined): boolean =>
  event?.type === 'clock.jumped' || event?.detail['cause'] === 'clock';
