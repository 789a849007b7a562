import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventDraft } from '../../common/event.ts';
import { policy } from '../../common/policy.ts';
import type { Access } from './authentication.ts';
import type { Instant } from './instant.ts';
import {
  type Effect,
  type StationEvent,
  type StationState,
  initialState,
} from './station-state.ts';
import { nextDeadline, transition } from './station.ts';

const RUNS = Number(process.env['WARDLOCK_SEQUENCES'] ?? 100_000);
const STEPS = 20;

const members = ['nurse', 'physician', 'officer'];
const rules = policy.parse({
  parkedSessions: 1,
  parkedMinutes: 1,
  sessionHours: 0.1,
  lockOnKeyRemoval: true,
});

const access = (member: string, n: number): Access => ({
  member,
  credential: `key-of-${member}`,
  newSession: `session-${n}`,
  correlation: `correlation-${n}`,
  proof: {
    boundSeq: n,
    nonce: 'n',
    credential: `key-of-${member}`,
    authenticatorData: 'a',
    clientDataJSON: 'c',
    signature: 's',
  },
});

/** One move of the surroundings; `attempt` −1 = the current one, otherwise some stale number. */
type Move =
  | {
      readonly move: 'event';
      readonly event: (attempt: number, n: number) => StationEvent;
      readonly stale: boolean;
    }
  | { readonly move: 'wait'; readonly ms: number }
  /** The whole way from the curtain to a written access, so that sequences get far. */
  | { readonly move: 'tap'; readonly member: string };

const ofAttempt = (make: (attempt: number, n: number) => StationEvent, weight = 3) => ({
  weight,
  arbitrary: fc
    .boolean()
    .map((stale): Move => ({ move: 'event', event: make, stale: stale && weight < 9 })),
});
const plainly = (event: StationEvent, weight = 1) => ({
  weight,
  arbitrary: fc.constant<Move>({ move: 'event', event: () => event, stale: false }),
});

const someMember = fc.constantFrom(...members);
const moves = fc.oneof(
  ofAttempt((attempt) => ({ type: 'key-choose', attempt })),
  ofAttempt((attempt) => ({ type: 'key-ready', attempt, retries: 8, minLength: 6 }), 9),
  plainly({ type: 'pin', length: 6 }, 6),
  plainly({ type: 'pin', length: 3 }),
  ofAttempt((attempt) => ({ type: 'key-touch', attempt })),
  ofAttempt((attempt) => ({ type: 'asserted', attempt }), 9),
  {
    weight: 9,
    arbitrary: someMember.map((member): Move => ({
      move: 'event',
      event: (attempt, n) => ({ type: 'verified', attempt, access: access(member, n) }),
      stale: false,
    })),
  },
  ofAttempt((attempt) => ({ type: 'not-verified', attempt, notice: 'not-verified' })),
  ofAttempt((attempt) => ({ type: 'recorded', attempt }), 9),
  ofAttempt((attempt) => ({ type: 'not-recorded', attempt })),
  ofAttempt((attempt) => ({ type: 'key-refused', attempt, code: 'pin-mismatch', retries: 7 })),
  ofAttempt((attempt) => ({ type: 'key-refused', attempt, code: 'removed' })),
  plainly({ type: 'start' }, 6),
  plainly({ type: 'keys', count: 0 }),
  plainly({ type: 'keys', count: 1 }, 3),
  plainly({ type: 'keys', count: 2 }),
  plainly({ type: 'stop', stop: undefined }, 4),
  plainly({ type: 'stop', stop: 'journal' }),
  plainly({ type: 'stop', stop: 'outdated' }),
  plainly({ type: 'cancel' }),
  plainly({ type: 'lock', cause: 'button' }, 2),
  plainly({ type: 'lock', cause: 'suspend' }),
  plainly({ type: 'idle', ms: 5_000 }),
  plainly({ type: 'idle', ms: 110_000 }),
  plainly({ type: 'idle', ms: 120_000 }),
  plainly({ type: 'stay' }),
  plainly({ type: 'switch', correlation: 'chosen' }, 2),
  plainly({ type: 'sign-out' }),
  plainly({ type: 'key-crashed' }),
  plainly({ type: 'tick' }, 2),
  plainly({ type: 'shutdown' }),
  {
    weight: 2,
    arbitrary: someMember.map((member): Move => ({
      move: 'event',
      event: () => ({ type: 'directory', policy: rules, inactive: [member] }),
      stale: false,
    })),
  },
  { weight: 12, arbitrary: someMember.map((member): Move => ({ move: 'tap', member })) },
  {
    weight: 3,
    arbitrary: fc.integer({ min: 0, max: 90_000 }).map((ms): Move => ({ move: 'wait', ms })),
  },
);

/** What the outside world knows: which sessions live where, as told by the events alone. */
class Ledger {
  readonly status = new Map<string, 'open' | 'locked' | 'parked'>();
  readonly owner = new Map<string, string>();

  apply(draft: EventDraft): void {
    const { session, member } = draft;
    if (session === undefined || member === undefined) return;
    const now = this.status.get(session);
    switch (draft.type) {
      case 'session.opened':
        expect(now).toBeUndefined();
        this.owner.set(session, member);
        this.status.set(session, 'open');
        break;
      case 'session.resumed':
        expect(now === 'locked' || now === 'parked').toBe(true);
        this.status.set(session, 'open');
        break;
      case 'session.locked':
        expect(now).toBe('open');
        this.status.set(session, 'locked');
        break;
      case 'session.parked':
        expect(now === 'open' || now === 'locked').toBe(true);
        this.status.set(session, 'parked');
        break;
      case 'session.ended':
        expect(now).toBeDefined();
        this.status.delete(session);
        break;
      default:
        throw new Error(`unexpected ${draft.type}`);
    }
    expect(this.owner.get(session)).toBe(member);
  }
}

/** The same, read off the state. */
function statusOf(state: StationState): Map<string, string> {
  const status = new Map<string, string>(state.held.map((held) => [held.id, held.held]));
  if (state.kind === 'open') status.set(state.session.id, 'open');
  return status;
}

const wayIn = (member: string): readonly Move[] =>
  (
    [
      () => ({ type: 'stop', stop: undefined }),
      () => ({ type: 'lock', cause: 'button' }),
      () => ({ type: 'start' }),
      (attempt) => ({ type: 'key-ready', attempt, retries: 8, minLength: 6 }),
      () => ({ type: 'pin', length: 6 }),
      (attempt) => ({ type: 'asserted', attempt }),
      (attempt, n) => ({ type: 'verified', attempt, access: access(member, n) }),
      (attempt) => ({ type: 'recorded', attempt }),
    ] satisfies ((attempt: number, n: number) => StationEvent)[]
  ).map((event) => ({ move: 'event', event, stale: false }));

/** How often the sequences went where the invariants bite. */
const reached = { opened: 0, resumed: 0, parked: 0, ended: 0, lockedByIdle: 0 };

function check(sequence: readonly Move[], step: typeof transition = transition): void {
  let state = step(initialState(rules), { type: 'stop', stop: undefined }, { wall: 0, mono: 0 });
  if ('rejected' in state) throw new Error('the first stop was refused');
  let current: StationState = state.state;
  let mono = 0;
  let pending: { attempt: number; drafts: readonly EventDraft[]; access: Access } | undefined;
  let lastVerified: { attempt: number; access: Access } | undefined;
  const ledger = new Ledger();

  const flat = sequence.flatMap((move) => (move.move === 'tap' ? wayIn(move.member) : [move]));
  flat.forEach((move, n) => {
    if (move.move === 'wait') {
      mono += move.ms;
      return;
    }
    if (move.move === 'tap') return;
    const event = move.event(move.stale ? current.attempt - 1 : current.attempt, n + 1);
    const now: Instant = { wall: 1_000_000 + mono, mono };
    state = step(current, event, now);
    if ('rejected' in state) return;
    const { effects } = state;
    const before = current;
    current = state.state;

    // 1, 2: a session is on screen only by `recorded` of a written access of that very member.
    if (
      event.type === 'verified' &&
      before.kind === 'locked' &&
      before.entry.kind === 'verifying'
    ) {
      lastVerified = { attempt: event.attempt, access: event.access };
    }
    const opened = effects.find((effect) => effect.type === 'uncover');
    if (before.kind === 'locked' && current.kind === 'open') {
      expect(event.type).toBe('recorded');
      expect(pending?.attempt).toBe(before.attempt);
      expect(lastVerified?.access).toBe(pending?.access);
      expect(current.session.member).toBe(pending?.access.member);
      expect(opened).toMatchObject({ session: current.session.id, member: current.session.member });
      expect(current.stop).toBeUndefined();
      const proofs = pending?.drafts.filter((draft) => draft.proof !== undefined) ?? [];
      expect(proofs).toHaveLength(1);
      expect(proofs[0]?.proof).toBe(pending?.access.proof);
      pending?.drafts.forEach((draft) => {
        ledger.apply(draft);
        if (draft.type === 'session.opened') reached.opened++;
        if (draft.type === 'session.resumed') reached.resumed++;
        if (draft.type === 'session.parked') reached.parked++;
      });
    } else {
      expect(opened).toBeUndefined();
    }
    if (event.type === 'recorded' || event.type === 'not-recorded') pending = undefined;

    // 3: these always end locked, covered before anything else.
    const locks =
      event.type === 'lock' ||
      event.type === 'shutdown' ||
      event.type === 'key-crashed' ||
      (event.type === 'idle' && event.ms >= rules.idleLockSeconds * 1000) ||
      (event.type === 'keys' && event.count === 0) ||
      (event.type === 'stop' && event.stop === 'journal');
    if (locks) expect(current.kind).toBe('locked');
    if (before.kind === 'open' && current.kind === 'locked')
      expect(effects[0]).toEqual({ type: 'cover' });

    // 6: the events alone tell the same story as the state.
    for (const effect of effects) {
      if (effect.type !== 'record') continue;
      if (effect.attempt === undefined) {
        for (const draft of effect.drafts) if (draft.session !== undefined) ledger.apply(draft);
      } else if (event.type === 'verified') {
        pending = { attempt: effect.attempt, drafts: effect.drafts, access: event.access };
      }
    }
    expect(new Map<string, string>(ledger.status)).toEqual(statusOf(current));

    // 4, 5: one on screen, one session a member, and what ended is destroyed.
    const present = [...statusOf(current).keys()].map((id) => ledger.owner.get(id));
    expect(new Set(present).size).toBe(present.length);
    const gone = [...statusOf(before).keys()].filter((id) => !statusOf(current).has(id));
    const destroyed = effects.flatMap((effect: Effect) =>
      effect.type === 'destroy' ? [effect.session] : [],
    );
    expect(destroyed.toSorted()).toEqual(gone.toSorted());
    if (event.type === 'tick' && !('rejected' in state)) {
      expect(nextDeadline(current) ?? Infinity).toBeGreaterThan(mono);
    }
    reached.ended += gone.length;
    if (event.type === 'idle' && before.kind === 'open' && current.kind === 'locked')
      reached.lockedByIdle++;
    const parked = current.held.filter((held) => held.held === 'parked');
    expect(parked.length).toBeLessThanOrEqual(rules.parkedSessions);
  });
}

describe('the station machine', () => {
  it(`keeps its invariants over ${RUNS} random sequences`, { timeout: 600_000 }, () => {
    fc.assert(
      fc.property(fc.array(moves, { maxLength: STEPS, size: 'max' }), (sequence) =>
        check(sequence),
      ),
      { numRuns: RUNS },
    );
    // A campaign that never gets there proves nothing.
    for (const times of Object.values(reached)) expect(times).toBeGreaterThan(RUNS / 100);
  });

  it('notices a machine that opens without a record', () => {
    const careless: typeof transition = (state, event, now) => {
      const result = transition(state, event, now);
      if ('rejected' in result || result.state.kind !== 'locked' || event.type !== 'verified')
        return result;
      return transition(result.state, { type: 'recorded', attempt: event.attempt }, now);
    };
    expect(() =>
      fc.assert(
        fc.property(fc.array(moves, { maxLength: STEPS, size: 'max' }), (sequence) =>
          check(sequence, careless),
        ),
        { numRuns: 5_000 },
      ),
    ).toThrow();
  });
});
