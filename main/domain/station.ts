import { unreachable } from '../../common/result.ts';
import { type Entry, waiting } from './authentication.ts';
import { answered, keySheet, putOver, uncoverSession } from './covering.ts';
import { begin, cancelKey, refuse, whileLocked } from './entering.ts';
import { endsGrace, withoutGrace } from './grace.ts';
import type { Instant } from './instant.ts';
import { draft, endHeld, endOpen, leave, left, letGo, lock, park, record } from './leaving.ts';
import { type Session, evicted, heldUntil, openUntil } from './session.ts';
import type {
  Effect,
  Open,
  OpenOrLockedEvent,
  StationEvent,
  StationState,
  Stop,
  Transition,
} from './station-state.ts';
import { notNow, same, stale, andThen } from './steps.ts';

function directory(
  state: StationState,
  event: Extract<StationEvent, { type: 'directory' }>,
): Transition {
  const { policy, administrators } = event;
  const updated: StationState = { ...state, policy, administrators };
  const causes = new Map(event.revoked.map(({ member, cause }) => [member, cause]));
  const revoked = updated.held.flatMap((session) => {
    const cause = causes.get(session.member);
    return cause === undefined ? [] : [{ session, cause }];
  });
  // Policy may have room for fewer now.
  const staying = updated.held.filter(({ member }) => !causes.has(member));
  const gone = evicted(staying, policy).map((session) => ({ session, cause: 'evicted' as const }));
  const cause = updated.kind === 'open' ? causes.get(updated.session.member) : undefined;
  return andThen(
    updated.kind === 'open' && cause ? endOpen(updated, cause) : same(updated),
    (next) => endHeld(next, [...revoked, ...gone]),
  );
}

/** A stop locks, except that an old directory only keeps others out. */
function stop(state: StationState, reason: Stop | undefined, now: Instant): Transition {
  const updated: StationState = { ...state, stop: reason };
  if (reason === undefined) return same(updated);
  if (updated.kind === 'open')
    return reason === 'outdated' ? same(updated) : lock(updated, 'fault', now);
  return {
    state: { ...updated, entry: waiting() },
    effects: cancelKey(updated.entry),
  };
}

function keys(state: StationState, count: number, now: Instant): Transition {
  const more = count > state.keys;
  const updated: StationState = { ...state, keys: count };
  if (updated.kind === 'open') {
    if (more && updated.over.kind !== 'key') return keySheet(updated, now);
    if (count === 0 && updated.policy.lockOnKeyRemoval) return lock(updated, 'key-removed', now);
    if (count === 0 && updated.over.kind === 'key') return uncoverSession(updated);
    return same(updated);
  }
  if (updated.entry.kind !== 'waiting' || !more) return same(updated);
  const begun = begin(updated, now);
  return 'rejected' in begun ? same(updated) : begun;
}

function idle(state: Open, ms: number, now: Instant): Transition {
  const limit = state.policy.idleLockSeconds * 1000;
  if (ms >= limit) return lock(state, 'idle', now);
  // Its sheet stays until the curtain: the next touch would uncover the session to whoever brought the key.
  if (state.over.kind === 'key') return same(state);
  if (ms >= limit - state.policy.idleWarningSeconds * 1000) {
    return state.over.kind === 'idle' ? same(state) : putOver(state, { kind: 'idle' });
  }
  return state.over.kind === 'idle' ? uncoverSession(state) : same(state);
}

const waitsForHand = ({ kind }: Entry): boolean => kind === 'touch' || kind === 'choosing';

/** Ends whatever has reached its deadline. */
function tick(state: StationState, now: Instant): Transition {
  const ending = state.held
    .map((session) => ({ session, ...heldUntil(session, state.policy) }))
    .filter(({ mono }) => mono <= now.mono);
  return andThen(
    andThen(same(state), (next) => endHeld(next, ending)),
    (next) => {
      if (next.kind === 'open') {
        if (openUntil(next.session, next.policy) <= now.mono) return endOpen(next, 'too-old');
        const asking = next.over.kind === 'key' ? next.over.asking : undefined;
        return asking && asking.deadline <= now.mono
          ? answered(next, asking.attempt, undefined)
          : same(next);
      }
      return 'deadline' in next.entry && next.entry.deadline <= now.mono
        ? refuse(next, waitsForHand(next.entry) ? 'touch-timeout' : 'timed-out')
        : same(next);
    },
  );
}

const sessionsOf = (state: StationState): readonly Session[] => [
  ...state.held,
  ...(state.kind === 'open' ? [state.session] : []),
];

/** Every session ends, and the station; what is written of it goes between cover and destruction. */
function takeDown(state: StationState, records: readonly Effect[]): Transition {
  const locked =
    state.kind === 'open' ? leave(state, [], undefined) : { ...state, held: [], entry: waiting() };
  return {
    state: { ...locked, stop: 'closing' },
    effects: [
      { type: 'cover' },
      ...(state.kind === 'locked' ? cancelKey(state.entry) : letGo(state)),
      ...records,
      ...sessionsOf(state).map(({ id }): Effect => ({ type: 'destroy', session: id })),
    ],
  };
}

const shutdown = (state: StationState): Transition =>
  takeDown(
    state,
    record(
      ...sessionsOf(state).map((session) => left('session.ended', session, 'shutdown')),
      draft('station.stopped'),
    ),
  );

/** Earliest monotonic time at which `tick` has something to do; undefined = nothing waits. */
export function nextDeadline(state: StationState): number | undefined {
  const times = state.held.map((session) => heldUntil(session, state.policy).mono);
  if (state.kind === 'open') {
    times.push(openUntil(state.session, state.policy));
    if (state.over.kind === 'key' && state.over.asking) times.push(state.over.asking.deadline);
  } else if ('deadline' in state.entry) times.push(state.entry.deadline);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** The station machine: total and pure. */
export function transition(state: StationState, event: StationEvent, now: Instant): Transition {
  // Between the decision to write an access, or an end, and its outcome nothing else may change the sessions.
  const isRecording =
    state.kind === 'locked' ? state.entry.kind === 'recording' : state.over.kind === 'closing';
  if (isRecording && event.type !== 'recorded' && event.type !== 'not-recorded') {
    return { rejected: 'recording' };
  }
  switch (event.type) {
    case 'directory':
      return directory(state, event);
    case 'stop':
      return stop(state, event.stop, now);
    case 'keys':
      return keys(state, event.count, now);
    case 'tick':
      return tick(state, now);
    case 'shutdown':
      return shutdown(state);
    case 'lock': {
      const { cause, member } = event;
      if (state.kind === 'open' && (member === undefined || member === state.session.member))
        return lock(state, cause, now);
      // Somebody else is at work here, or on the way in.
      if (state.kind === 'open' || member !== undefined) return notNow;
      const held = endsGrace(cause) ? withoutGrace(state.held) : state.held;
      return {
        state: { ...state, held, entry: waiting() },
        effects: [{ type: 'cover' }, ...cancelKey(state.entry)],
      };
    }
    default:
      return state.kind === 'open' ? whileOpen(state, event, now) : whileLocked(state, event, now);
  }
}

/** Only an administrator's own session, on screen and uncovered, ends the kiosk: once that is written down. */
function close(state: Open): Transition {
  const { attempt, session, administrators, over } = state;
  const { member } = session;
  if (!administrators.has(member)) return { rejected: 'not-permitted' };
  if (over.kind !== 'nothing') return notNow;
  const drafts = [
    ...sessionsOf(state).map((each) => left('session.ended', each, 'closed')),
    draft('station.stopped', { member, detail: { cause: 'closed' } }),
  ];
  return {
    state: { ...state, over: { kind: 'closing' } },
    effects: [{ type: 'record', attempt, drafts }],
  };
}

/** With the last effect. What cannot be written does not happen: the session is locked, and kept. */
function closed(state: Open, attempt: number, isWritten: boolean, now: Instant): Transition {
  if (state.over.kind !== 'closing' || attempt !== state.attempt) return stale;
  if (!isWritten) return lock(state, 'fault', now);
  return andThen(takeDown(state, []), (next) => ({ state: next, effects: [{ type: 'end' }] }));
}

function whileOpen(state: Open, event: OpenOrLockedEvent, now: Instant): Transition {
  switch (event.type) {
    case 'idle':
      return idle(state, event.ms, now);
    case 'stay':
      return uncoverSession(state);
    case 'sign-out':
      return endOpen(state, event.cause);
    case 'close':
      return close(state);
    case 'switch': {
      const parked = park(state, event.correlation, now);
      // Chosen on the sheet: the key that brought it is waiting for its PIN.
      return state.over.kind === 'key'
        ? andThen(parked, (next) => (next.kind === 'locked' ? begin(next, now) : notNow))
        : parked;
    }
    case 'key-crashed':
      return lock(state, 'fault', now);
    case 'start':
    case 'pin':
    case 'cancel':
      return notNow;
    case 'key-ready':
      return answered(state, event.attempt, event.owner);
    case 'key-choose':
    case 'key-refused':
      return answered(state, event.attempt, undefined);
    case 'key-touch':
    case 'asserted':
    case 'verified':
    case 'not-verified':
      return stale;
    case 'recorded':
    case 'not-recorded':
      return closed(state, event.attempt, event.type === 'recorded', now);
    default:
      return unreachable(event);
  }
}
