import type { Cause } from '../../common/event.ts';
import type { Grace, Tap } from './authentication.ts';
import type { Instant } from './instant.ts';
import type { HeldSession } from './session.ts';
import type { Locked } from './station-state.ts';

/** The everyday ways off the screen. After any other, everybody's next access takes the PIN. */
const everyday: ReadonlySet<Cause> = new Set(['idle', 'button', 'key-removed', 'switch']);
export const endsGrace = (cause: Cause): boolean => !everyday.has(cause);

/** Their next access takes the PIN. */
export const withoutGrace = (
  held: readonly HeldSession[],
  member?: string,
): readonly HeldSession[] =>
  held.map((session) =>
    member === undefined || session.member === member ? { ...session, pin: undefined } : session,
  );

/** The grace in which a touch of this key is enough for its own session; undefined = the PIN is wanted. */
export function graceFor(
  { held, policy }: Pick<Locked, 'held' | 'policy'>,
  { member, credential, epoch }: Tap,
  now: Instant,
): Grace | undefined {
  const pin = held.find((one) => one.member === member && one.credential === credential)?.pin;
  // The server finds the access with the PIN by its place: in a new journal there is none.
  if (pin?.epoch !== epoch) return undefined;
  const until = pin.at + policy.graceSeconds * 1000;
  return now.mono < until ? { member, credential, epoch, pinSeq: pin.seq, until } : undefined;
}
