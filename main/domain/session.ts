import type { Policy } from '../../common/policy.ts';
import type { Instant } from './instant.ts';

/** One member's work at this station, from opening to its end. */
export interface Session {
  readonly id: string;
  readonly member: string;
  /** The key that opened or last resumed it; a revoked key ends the session. Credential id, base64url. */
  readonly credential: string;
  readonly openedAt: Instant;
  /** Where its member last gave the PIN, and when (monotonic ms); undefined = no grace at the next access. */
  readonly pin: { readonly epoch: string; readonly seq: number; readonly at: number } | undefined;
}

/** A session that is not on screen: its member is expected back, or somebody else took the screen. */
export interface HeldSession extends Session {
  readonly held: 'locked' | 'parked';
  readonly since: Instant;
}

const MINUTE = 60_000;

const ageLimit = (session: Session, policy: Policy): number =>
  session.openedAt.mono + policy.sessionHours * 60 * MINUTE;

/** Monotonic time at which an open session has reached its overall age. */
export const openUntil = ageLimit;

/** When and why a held session ends if nobody comes back. */
export function heldUntil(
  session: HeldSession,
  policy: Policy,
): { readonly mono: number; readonly cause: 'parked-too-long' | 'too-old' } {
  const byAge = ageLimit(session, policy);
  const byParking = session.since.mono + policy.parkedMinutes * MINUTE;
  return session.held === 'parked' && byParking < byAge
    ? { mono: byParking, cause: 'parked-too-long' }
    : { mono: byAge, cause: 'too-old' };
}

/** The parked sessions that policy has no room for, oldest first. */
export function evicted(held: readonly HeldSession[], policy: Policy): readonly HeldSession[] {
  const parked = held
    .filter((session) => session.held === 'parked')
    .sort((a, b) => a.since.mono - b.since.mono);
  return parked.slice(0, Math.max(0, parked.length - policy.parkedSessions));
}
