import type { Cause, EventDraft } from '../../common/event.ts';
import type { Policy } from '../../common/policy.ts';
import { unreachable } from '../../common/result.ts';
import {
  type Access,
  type Entry,
  type Notice,
  PATIENCE,
  isRecorded,
  waiting,
} from './authentication.ts';
import type { Instant } from './instant.ts';
import { type HeldSession, type Session, evicted, heldUntil, openUntil } from './session.ts';

/** Why the station opens for nobody, whoever comes. */
export type Stop =
  'starting' | 'unpaired' | 'no-directory' | 'outdated' | 'journal' | 'unsealed' | 'fault';

interface Common {
  readonly policy: Policy;
  readonly stop: Stop | undefined;
  /** Keys plugged in now. */
  readonly keys: number;
  /** Number of the newest attempt; answers to older ones are ignored. */
  readonly attempt: number;
  /** Sessions that are not on screen. */
  readonly held: readonly HeldSession[];
}

export type StationState =
  | (Common & {
      readonly kind: 'locked';
      readonly entry: Entry;
      /** Set between a chosen switch and the next opening. */
      readonly correlation: string | undefined;
    })
  | (Common & {
      readonly kind: 'open';
      readonly session: Session;
      readonly over: 'nothing' | 'idle' | 'key';
    });

export type StationEvent =
  | { readonly type: 'directory'; readonly policy: Policy; readonly inactive: readonly string[] }
  | { readonly type: 'stop'; readonly stop: Stop | undefined }
  | { readonly type: 'keys'; readonly count: number }
  | { readonly type: 'start' }
  | {
      readonly type: 'key-ready';
      readonly attempt: number;
      readonly retries: number;
      readonly minLength: number;
    }
  | { readonly type: 'pin'; readonly length: number }
  | { readonly type: 'key-touch'; readonly attempt: number }
  | {
      readonly type: 'key-refused';
      readonly attempt: number;
      readonly code: Notice;
      readonly retries?: number;
    }
  | { readonly type: 'key-crashed' }
  | { readonly type: 'asserted'; readonly attempt: number }
  | { readonly type: 'verified'; readonly attempt: number; readonly access: Access }
  | { readonly type: 'not-verified'; readonly attempt: number; readonly notice: Notice }
  | { readonly type: 'recorded'; readonly attempt: number }
  | { readonly type: 'not-recorded'; readonly attempt: number }
  | { readonly type: 'cancel' }
  | { readonly type: 'lock'; readonly cause: Cause }
  | { readonly type: 'idle'; readonly ms: number }
  | { readonly type: 'stay' }
  | { readonly type: 'switch'; readonly correlation: string }
  | { readonly type: 'sign-out' }
  | { readonly type: 'tick' }
  | { readonly type: 'shutdown' };

export type Effect =
  /** Always the first effect of a transition that has it. */
  | { readonly type: 'cover' }
  | {
      readonly type: 'uncover';
      readonly session: string;
      readonly fresh: boolean;
      readonly member: string;
    }
  | { readonly type: 'overlay'; readonly shown: boolean }
  | { readonly type: 'destroy'; readonly session: string }
  /** With an attempt, the answer comes back as recorded / not-recorded. */
  | { readonly type: 'record'; readonly drafts: readonly EventDraft[]; readonly attempt?: number }
  | { readonly type: 'key-begin'; readonly attempt: number }
  | { readonly type: 'key-pin'; readonly attempt: number }
  | { readonly type: 'key-cancel'; readonly attempt: number }
  | { readonly type: 'verify'; readonly attempt: number };

/**
 * `rejected`: the event means nothing here; the state stays as it was. `recording`: an access is being
 * written, bring the event again after its outcome.
 */
export type Transition =
  | { readonly state: StationState; readonly effects: readonly Effect[] }
  | { readonly rejected: 'stale' | 'not-now' | 'stopped' | 'recording' };

type Locked = Extract<StationState, { kind: 'locked' }>;
type Open = Extract<StationState, { kind: 'open' }>;

/** Every start, every unparsable state and every crash begins here. */
export const initialState = (policy: Policy): StationState => ({
  kind: 'locked',
  policy,
  stop: 'starting',
  keys: 0,
  attempt: 0,
  held: [],
  entry: waiting(),
  correlation: undefined,
});

const common = (state: StationState): Common => ({
  policy: state.policy,
  stop: state.stop,
  keys: state.keys,
  attempt: state.attempt,
  held: state.held,
});

const draft = (type: EventDraft['type'], rest: Partial<EventDraft> = {}): EventDraft => ({
  type,
  outcome: 'success',
  detail: {},
  ...rest,
});

const left = (
  type: 'session.locked' | 'session.parked' | 'session.ended',
  session: Session,
  cause: Cause,
  correlation?: string,
): EventDraft =>
  draft(type, {
    member: session.member,
    session: session.id,
    detail: { cause },
    ...(correlation === undefined ? {} : { correlation }),
  });

const record = (...drafts: EventDraft[]): readonly Effect[] =>
  drafts.length === 0 ? [] : [{ type: 'record', drafts }];

const same = (state: StationState): Transition => ({ state, effects: [] });
const notNow: Transition = { rejected: 'not-now' };
const stale: Transition = { rejected: 'stale' };

/** The attempt that the key process is working on, if any. */
const attemptOf = (entry: Entry): number | undefined =>
  entry.kind === 'waiting' ? undefined : entry.attempt;

const cancelKey = (entry: Entry): readonly Effect[] => {
  const attempt = attemptOf(entry);
  return attempt === undefined ? [] : [{ type: 'key-cancel', attempt }];
};

/** Ends the attempt, if any, and says why. */
function refuse(state: Locked, notice: Notice | undefined): Transition {
  return {
    state: { ...state, entry: waiting(notice) },
    effects: [
      ...cancelKey(state.entry),
      ...(notice !== undefined && isRecorded(notice)
        ? record(draft('auth.refused', { outcome: 'failure', detail: { code: notice } }))
        : []),
    ],
  };
}

function begin(state: Locked, now: Instant): Transition {
  if (state.stop !== undefined) return { rejected: 'stopped' };
  const attempt = state.attempt + 1;
  return {
    state: {
      ...state,
      attempt,
      entry: { kind: 'reading', attempt, deadline: now.mono + PATIENCE.reading },
    },
    effects: [{ type: 'key-begin', attempt }],
  };
}

function leave(state: Open, held: readonly HeldSession[], correlation: string | undefined): Locked {
  return { ...common(state), kind: 'locked', held, entry: waiting(), correlation };
}

/** Cover first, log second. */
function lock(state: Open, cause: Cause, now: Instant): Transition {
  return {
    state: leave(
      state,
      [...state.held, { ...state.session, held: 'locked', since: now }],
      undefined,
    ),
    effects: [{ type: 'cover' }, ...record(left('session.locked', state.session, cause))],
  };
}

function endOpen(state: Open, cause: Cause): Transition {
  return {
    state: leave(state, state.held, undefined),
    effects: [
      { type: 'cover' },
      ...record(left('session.ended', state.session, cause)),
      { type: 'destroy', session: state.session.id },
    ],
  };
}

function park(state: Open, correlation: string, now: Instant): Transition {
  const held: readonly HeldSession[] = [
    ...state.held,
    { ...state.session, held: 'parked', since: now },
  ];
  const gone = evicted(held, state.policy);
  return {
    state: leave(
      state,
      held.filter((session) => !gone.includes(session)),
      correlation,
    ),
    effects: [
      { type: 'cover' },
      ...record(
        left('session.parked', state.session, 'switch', correlation),
        ...gone.map((session) => left('session.ended', session, 'evicted')),
      ),
      ...gone.map((session): Effect => ({ type: 'destroy', session: session.id })),
    ],
  };
}

/** What opening for this member does to the sessions that are here. */
function plan(state: Locked, access: Access, now: Instant) {
  const own = state.held.find((session) => session.member === access.member);
  const others = state.held.filter((session) => session !== own);
  const displaced = others.filter((session) => session.held === 'locked');
  const parked = others.map((session): HeldSession =>
    session.held === 'locked' ? { ...session, held: 'parked', since: now } : session,
  );
  const gone = evicted(parked, state.policy);
  const correlation = state.correlation ?? (displaced.length > 0 ? access.correlation : undefined);
  const { member, credential } = access;
  const session: Session = {
    id: own?.id ?? access.newSession,
    member,
    credential,
    openedAt: own?.openedAt ?? now,
  };
  const drafts: readonly EventDraft[] = [
    ...displaced.map((other) => left('session.parked', other, 'switch', correlation)),
    ...gone.map((other) => left('session.ended', other, 'evicted')),
    draft(own ? 'session.resumed' : 'session.opened', {
      member: access.member,
      key: access.credential,
      session: session.id,
      proof: access.proof,
      ...(correlation === undefined ? {} : { correlation }),
    }),
  ];
  return {
    session,
    fresh: own === undefined,
    held: parked.filter((other) => !gone.includes(other)),
    gone,
    drafts,
  };
}

/** Sessions that must not go on: their member is no longer active, or their time is over. */
function endHeld(
  state: StationState,
  ending: readonly { readonly session: HeldSession; readonly cause: Cause }[],
): Transition {
  const gone = new Set(ending.map(({ session }) => session.id));
  return {
    state: { ...state, held: state.held.filter((session) => !gone.has(session.id)) },
    effects: [
      ...record(...ending.map(({ session, cause }) => left('session.ended', session, cause))),
      ...ending.map(({ session }): Effect => ({ type: 'destroy', session: session.id })),
    ],
  };
}

/** Runs a second transition on the result of a first one. */
function then(first: Transition, next: (state: StationState) => Transition): Transition {
  if ('rejected' in first) return first;
  const second = next(first.state);
  if ('rejected' in second) return first;
  return { state: second.state, effects: [...first.effects, ...second.effects] };
}

function directory(
  state: StationState,
  event: Extract<StationEvent, { type: 'directory' }>,
): Transition {
  const updated: StationState = { ...state, policy: event.policy };
  const inactive = new Set(event.inactive);
  const held = updated.held
    .filter((session) => inactive.has(session.member))
    .map((session) => ({ session, cause: 'member-inactive' as const }));
  return then(
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
    return then(same(updated), (next) => (next.kind === 'locked' ? begin(next, now) : notNow));
  return same(updated);
}

const uncoverSession = (state: Open): Transition => ({
  state: { ...state, over: 'nothing' },
  effects: state.over === 'nothing' ? [] : [{ type: 'overlay', shown: false }],
});

function pin(state: Locked, length: number, now: Instant): Transition {
  const { entry } = state;
  if (entry.kind !== 'pin') return notNow;
  if (length < entry.minLength) return same({ ...state, entry: { ...entry, tooShort: true } });
  return {
    state: {
      ...state,
      entry: {
        kind: 'checking',
        attempt: entry.attempt,
        minLength: entry.minLength,
        mismatches: entry.mismatches,
        deadline: now.mono + PATIENCE.checking,
      },
    },
    effects: [{ type: 'key-pin', attempt: entry.attempt }],
  };
}

function keyRefused(
  state: Locked,
  event: Extract<StationEvent, { type: 'key-refused' }>,
  now: Instant,
): Transition {
  const { entry } = state;
  if (attemptOf(entry) !== event.attempt) return stale;
  if (event.code === 'pin-mismatch' && entry.kind === 'checking') {
    return {
      state: {
        ...state,
        entry: {
          kind: 'pin',
          attempt: entry.attempt,
          minLength: entry.minLength,
          retries: event.retries ?? 0,
          mismatches: entry.mismatches + 1,
          tooShort: false,
          deadline: now.mono + PATIENCE.pin,
        },
      },
      effects: record(
        draft('auth.refused', {
          outcome: 'failure',
          detail: {
            code: event.code,
            ...(event.retries === undefined ? {} : { retries: event.retries }),
          },
        }),
      ),
    };
  }
  // Verified or being written already: what the key says now is too late to matter.
  if (entry.kind === 'verifying' || entry.kind === 'recording') return stale;
  return refuse(state, event.code);
}

function verified(state: Locked, access: Access, now: Instant): Transition {
  if (state.entry.kind !== 'verifying') return stale;
  const { attempt } = state.entry;
  return {
    state: {
      ...state,
      entry: { kind: 'recording', attempt, access, at: now },
    },
    effects: [{ type: 'record', attempt, drafts: plan(state, access, now).drafts }],
  };
}

function recorded(state: Locked): Transition {
  if (state.entry.kind !== 'recording') return stale;
  const { session, fresh, held, gone } = plan(state, state.entry.access, state.entry.at);
  return {
    state: { ...common(state), kind: 'open', session, held, over: 'nothing' },
    effects: [
      ...gone.map((other): Effect => ({ type: 'destroy', session: other.id })),
      { type: 'uncover', session: session.id, fresh, member: session.member },
    ],
  };
}

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

/** Ends whatever has reached its deadline. */
function tick(state: StationState, now: Instant): Transition {
  const ending = state.held
    .map((session) => ({ session, ...heldUntil(session, state.policy) }))
    .filter(({ mono }) => mono <= now.mono);
  return then(
    then(same(state), (next) => endHeld(next, ending)),
    (next) => {
      if (next.kind === 'open') {
        return openUntil(next.session, next.policy) <= now.mono
          ? endOpen(next, 'too-old')
          : same(next);
      }
      return 'deadline' in next.entry && next.entry.deadline <= now.mono
        ? refuse(next, next.entry.kind === 'touch' ? 'touch-timeout' : 'timed-out')
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

type OpenOrLockedEvent = Exclude<
  StationEvent,
  { type: 'directory' | 'stop' | 'keys' | 'tick' | 'shutdown' | 'lock' }
>;

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
        ? then(parked, (next) => (next.kind === 'locked' ? begin(next, now) : notNow))
        : parked;
    }
    case 'key-crashed':
      return lock(state, 'fault', now);
    case 'start':
    case 'pin':
    case 'cancel':
      return notNow;
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

function whileLocked(state: Locked, event: OpenOrLockedEvent, now: Instant): Transition {
  const { entry } = state;
  switch (event.type) {
    case 'start':
      return entry.kind === 'waiting' ? begin(state, now) : notNow;
    case 'cancel':
      return entry.kind === 'waiting' || entry.kind === 'recording'
        ? notNow
        : refuse(state, undefined);
    case 'pin':
      return pin(state, event.length, now);
    case 'key-crashed':
      return entry.kind === 'waiting' || entry.kind === 'recording'
        ? notNow
        : refuse(state, 'key-process-crashed');
    case 'key-refused':
      return keyRefused(state, event, now);
    case 'key-ready':
      if (entry.kind !== 'reading' || entry.attempt !== event.attempt) return stale;
      return same({
        ...state,
        entry: {
          kind: 'pin',
          attempt: event.attempt,
          retries: event.retries,
          minLength: event.minLength,
          mismatches: 0,
          tooShort: false,
          deadline: now.mono + PATIENCE.pin,
        },
      });
    case 'key-touch':
      if (entry.kind !== 'checking' || entry.attempt !== event.attempt) return stale;
      return same({
        ...state,
        entry: { ...entry, kind: 'touch', deadline: now.mono + PATIENCE.touch },
      });
    case 'asserted':
      if ((entry.kind !== 'checking' && entry.kind !== 'touch') || entry.attempt !== event.attempt)
        return stale;
      return {
        state: {
          ...state,
          entry: {
            kind: 'verifying',
            attempt: event.attempt,
            deadline: now.mono + PATIENCE.verifying,
          },
        },
        effects: [{ type: 'verify', attempt: event.attempt }],
      };
    case 'verified':
      return attemptOf(entry) === event.attempt ? verified(state, event.access, now) : stale;
    case 'not-verified':
      return entry.kind === 'verifying' && entry.attempt === event.attempt
        ? refuse(state, event.notice)
        : stale;
    case 'recorded':
      return attemptOf(entry) === event.attempt ? recorded(state) : stale;
    case 'not-recorded':
      return entry.kind === 'recording' && entry.attempt === event.attempt
        ? refuse(state, 'not-recorded')
        : stale;
    case 'idle':
    case 'stay':
    case 'switch':
    case 'sign-out':
      return notNow;
    default:
      return unreachable(event);
  }
}
