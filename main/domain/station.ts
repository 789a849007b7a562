import { unreachable } from '../../common/result.ts';
import { type Entry, waiting } from './authentication.ts';
import { begin, cancelKey, refuse, whileLocked } from './entering.ts';
import type { Instant } from './instant.ts';
import { draft, endHeld, endOpen, leave, left, lock, park, record } from './leaving.ts';
import { type Session, heldUntil, openUntil } from './session.ts';
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
  const updated: StationState = { ...state, policy: event.policy };
  const inactive = new Set(event.inactive);
  const held = updated.held
    .filter((session) => inactive.has(session.member))
    .map((session) => ({ session, cause: 'member-inactive' as const }));
  return andThen(
    updated.kind === 'open' && inactive.has(updated.session.member)
      ? endOpen(updated, 'member-inactive')
      : same(updated),
    (next) => endHeld(next, held),
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
    if (more && updated.over !== 'key') {
      return {
        state: { ...updated, over: 'key' },
        effects: updated.over === 'nothing' ? [{ type: 'overlay', shown: true }] : [],
      };
    }
    if (count === 0 && updated.policy.lockOnKeyRemoval) return lock(updated, 'key-removed', now);
    if (count === 0 && updated.over === 'key') return uncoverSession(updated);
    return same(updated);
  }
  if (updated.entry.kind !== 'waiting') return same(updated);
  if (more)
    return andThen(same(updated), (next) => (next.kind === 'locked' ? begin(next, now) : notNow));
  return same(updated);
}

const uncoverSession = (state: Open): Transition => ({
  state: { ...state, over: 'nothing' },
  effects: state.over === 'nothing' ? [] : [{ type: 'overlay', shown: false }],
});

function idle(state: Open, ms: number, now: Instant): Transition {
  const limit = state.policy.idleLockSeconds * 1000;
  if (ms >= limit) return lock(state, 'idle', now);
  if (ms >= limit - state.policy.idleWarningSeconds * 1000) {
    if (state.over === 'idle') return same(state);
    return {
      state: { ...state, over: 'idle' },
      effects: state.over === 'nothing' ? [{ type: 'overlay', shown: true }] : [],
    };
  }
  return state.over === 'idle' ? uncoverSession(state) : same(state);
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
        return openUntil(next.session, next.policy) <= now.mono
          ? endOpen(next, 'too-old')
          : same(next);
      }
      return 'deadline' in next.entry && next.entry.deadline <= now.mono
        ? refuse(next, waitsForHand(next.entry) ? 'touch-timeout' : 'timed-out')
        : same(next);
    },
  );
}

function shutdown(state: StationState): Transition {
  const all: readonly Session[] = [
    ...state.held,
    ...(state.kind === 'open' ? [state.session] : []),
  ];
  const locked =
    state.kind === 'open' ? leave(state, [], undefined) : { ...state, held: [], entry: waiting() };
  return {
    state: { ...locked, stop: 'starting' },
    effects: [
      { type: 'cover' },
      ...(state.kind === 'locked' ? cancelKey(state.entry) : []),
      ...record(
        ...all.map((session) => left('session.ended', session, 'shutdown')),
        draft('station.stopped'),
      ),
      ...all.map((session): Effect => ({ type: 'destroy', session: session.id })),
    ],
  };
}

/** Earliest monotonic time at which `tick` has something to do; undefined = nothing waits. */
export function nextDeadline(state: StationState): number | undefined {
  const times = state.held.map((session) => heldUntil(session, state.policy).mono);
  if (state.kind === 'open') times.push(openUntil(state.session, state.policy));
  else if ('deadline' in state.entry) times.push(state.entry.deadline);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** The station machine: total and pure. */
export function transition(state: StationState, event: StationEvent, now: Instant): Transition {
  // Between the decision to write an access and its outcome nothing else may change the sessions.
  if (
    state.kind === 'locked' &&
    state.entry.kind === 'recording' &&
    event.type !== 'recorded' &&
    event.type !== 'not-recorded'
  ) {
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
    case 'lock':
      if (state.kind === 'open') return lock(state, event.cause, now);
      return {
        state: { ...state, entry: waiting() },
        effects: [{ type: 'cover' }, ...cancelKey(state.entry)],
      };
    default:
      return state.kind === 'open' ? whileOpen(state, event, now) : whileLocked(state, event, now);
  }
}

function whileOpen(state: Open, event: OpenOrLockedEvent, now: Instant): Transition {
  switch (event.type) {
    case 'idle':
      return idle(state, event.ms, now);
    case 'stay':
      return uncoverSession(state);
    case 'sign-out':
      return endOpen(state, 'sign-out');
    case 'switch': {
      const parked = park(state, event.correlation, now);
      // Chosen on the sheet: the key that brought it is waiting for its PIN.
      return state.over === 'key'
        ? andThen(parked, (next) => (next.kind === 'locked' ? begin(next, now) : notNow))
        : parked;
    }
    case 'key-crashed':
      return lock(state, 'fault', now);
    case 'start':
    case 'pin':
    case 'cancel':
      return notNow;
    case 'key-choose':
    case 'key-ready':
    case 'key-touch':
    case 'key-refused':
    case 'asserted':
    case 'verified':
    case 'not-verified':
    case 'recorded':
    case 'not-recorded':
      return stale;
    default:
      return unreachable(event);
  }
}
