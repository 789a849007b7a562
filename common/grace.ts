import type { AccessEvent, EventDraft } from './event.ts';
import { FLOORS } from './policy.ts';

/** From the moment of the decision to the moment that the journal writes down, generously, in ms. */
const TOLERANCE_MS = 1_000;

/** The access, in the same journal, at which the member last gave the PIN, and the grace of that moment's policy. */
export interface Grace {
  readonly pinSeq: number;
  readonly graceSeconds: number;
}

/** What an access says of itself that was let in without user verification; undefined where it says no such thing. */
export function graceOf({ detail }: Pick<EventDraft, 'detail'>): Grace | undefined {
  const { pinSeq, graceSeconds } = detail;
  // A station may write any number; databases look for whole ones.
  if (typeof pinSeq !== 'number' || !Number.isSafeInteger(pinSeq)) return undefined;
  return typeof graceSeconds === 'number' ? { pinSeq, graceSeconds } : undefined;
}

/** Does this access without user verification resume the session that the member opened with the PIN, in time? */
export function isWithinGrace(
  event: AccessEvent,
  { pinSeq, graceSeconds }: Grace,
  pin: AccessEvent,
): boolean {
  const elapsed = event.mono - pin.mono;
  return (
    event.type === 'session.resumed' &&
    graceSeconds <= FLOORS.graceSeconds &&
    pin.seq === pinSeq &&
    pin.seq < event.seq &&
    pin.boot === event.boot &&
    pin.session !== undefined &&
    pin.session === event.session &&
    pin.member === event.member &&
    pin.key === event.key &&
    elapsed >= 0 &&
    elapsed <= graceSeconds * 1000 + TOLERANCE_MS
  );
}
