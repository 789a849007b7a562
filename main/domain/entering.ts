import type { AccessCause } from '../../common/event-codes.ts';
import { unreachable } from '../../common/result.ts';
import type { EventDraft } from '../../common/event.ts';
import {
  type Access,
  type Entry,
  type Notice,
  PATIENCE,
  isRecorded,
  waiting,
} from './authentication.ts';
import { graceFor, withoutGrace } from './grace.ts';
import type { Instant } from './instant.ts';
import { common, draft, left, record } from './leaving.ts';
import { type HeldSession, evicted } from './session.ts';
import type {
  Effect,
  Locked,
  OpenOrLockedEvent,
  StationEvent,
  Transition,
} from './station-state.ts';
import { notNow, same, stale } from './steps.ts';

type Recording = Extract<Entry, { kind: 'recording' }>;

/** The attempt that the key process is working on, if any. */
const attemptOf = (entry: Entry): number | undefined =>
  entry.kind === 'waiting' ? undefined : entry.attempt;

export const cancelKey = (entry: Entry): readonly Effect[] => {
  const attempt = attemptOf(entry);
  return attempt === undefined ? [] : [{ type: 'key-cancel', attempt }];
};

/** Ends the attempt, if any, and says why. */
export function refuse(state: Locked, notice: Notice | undefined): Transition {
  // A tap that came to nothing is not tried again: the PIN is.
  const grace = 'grace' in state.entry ? state.entry.grace : undefined;
  const held = grace ? withoutGrace(state.held, grace.member) : state.held;
  return {
    state: { ...state, held, entry: waiting(notice) },
    effects: [
      ...cancelKey(state.entry),
      ...(notice !== undefined && isRecorded(notice)
        ? record(draft('auth.refused', { outcome: 'failure', detail: { code: notice } }))
        : []),
    ],
  };
}

export function begin(state: Locked, now: Instant): Transition {
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

/** What opening for this member does to the sessions that are here. */
function plan(state: Locked, { access, grace, at: now }: Recording) {
  const own = state.held.find((session) => session.member === access.member);
  const others = state.held.filter((session) => session !== own);
  const displaced = others.filter((session) => session.held === 'locked');
  const parked = others.map((session): HeldSession =>
    session.held === 'locked' ? { ...session, held: 'parked', since: now } : session,
  );
  const gone = evicted(parked, state.policy);
  const correlation = state.correlation ?? (displaced.length > 0 ? access.correlation : undefined);
  const { member, credential } = access;
  const id = own?.id ?? access.newSession;
  const drafts: readonly EventDraft[] = [
    ...displaced.map((other) => left('session.parked', other, 'switch', correlation)),
    ...gone.map((other) => left('session.ended', other, 'evicted')),
    draft(own ? 'session.resumed' : 'session.opened', {
      member: access.member,
      key: access.credential,
      session: id,
      proof: access.proof,
      ...(correlation === undefined ? {} : { correlation }),
      ...(grace && {
        detail: {
          cause: 'grace' satisfies AccessCause,
          pinSeq: grace.pinSeq,
          graceSeconds: state.policy.graceSeconds,
        },
      }),
    }),
  ];
  return {
    session: { id, member, credential, openedAt: own?.openedAt ?? now, pin: own?.pin },
    fresh: own === undefined,
    held: parked.filter((other) => !gone.includes(other)),
    gone,
    drafts,
  };
}

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
        owner: entry.owner,
        minLength: entry.minLength,
        mismatches: entry.mismatches,
        grace: undefined,
        deadline: now.mono + PATIENCE.checking,
      },
    },
    effects: [{ type: 'key-pin', attempt: entry.attempt }],
  };
}

/** The key waits: for its PIN, or within a grace for a touch. */
function ready(
  state: Locked,
  event: Extract<StationEvent, { type: 'key-ready' }>,
  now: Instant,
): Transition {
  const { attempt, owner, minLength, retries, tap } = event;
  // A touch that nobody can make in time is not asked for.
  const grace = tap && graceFor(state, tap, { ...now, mono: now.mono + PATIENCE.tapAtLeast });
  const asked = { attempt, owner, minLength, mismatches: 0 };
  if (!grace) {
    const deadline = now.mono + PATIENCE.pin;
    return same({ ...state, entry: { kind: 'pin', ...asked, retries, tooShort: false, deadline } });
  }
  const deadline = Math.min(now.mono + PATIENCE.checking, grace.until);
  return {
    state: { ...state, entry: { kind: 'checking', ...asked, grace, deadline } },
    effects: [{ type: 'key-tap', attempt, credential: grace.credential }],
  };
}

function keyRefused(
  state: Locked,
  event: Extract<StationEvent, { type: 'key-refused' }>,
  now: Instant,
): Transition {
  const { entry } = state;
  if (attemptOf(entry) !== event.attempt) return stale;
  if (event.code === 'pin-mismatch' && entry.kind === 'checking' && !entry.grace) {
    return {
      state: {
        ...state,
        entry: {
          kind: 'pin',
          attempt: entry.attempt,
          owner: entry.owner,
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
  // Taken out to be put back, as was offered: no need to say that it came out.
  const isReinsert = event.code === 'removed' && entry.kind === 'pin' && entry.mismatches > 1;
  return refuse(state, isReinsert ? undefined : event.code);
}

function verified(state: Locked, access: Access, now: Instant): Transition {
  if (state.entry.kind !== 'verifying') return stale;
  const { attempt } = state.entry;
  const granted = state.entry.grace && graceFor(state, state.entry.grace, now);
  const grace = access.isUserVerified ? undefined : granted;
  const isEnough =
    access.isUserVerified ||
    (grace?.member === access.member && grace.credential === access.credential);
  if (!isEnough) return refuse(state, 'not-verified');
  const entry = { kind: 'recording', attempt, access, grace, at: now } as const;
  return {
    state: { ...state, entry },
    effects: [{ type: 'record', attempt, drafts: plan(state, entry).drafts }],
  };
}

function recorded(
  state: Locked,
  { place }: Extract<StationEvent, { type: 'recorded' }>,
): Transition {
  if (state.entry.kind !== 'recording') return stale;
  const { access, at } = state.entry;
  const { session: own, fresh, held, gone } = plan(state, state.entry);
  // The window begins with the PIN: taps do not draw it out.
  const session = access.isUserVerified ? { ...own, pin: { ...place, at: at.mono } } : own;
  return {
    state: { ...common(state), kind: 'open', session, held, over: { kind: 'nothing' } },
    effects: [
      ...gone.map((other): Effect => ({ type: 'destroy', session: other.id })),
      { type: 'uncover', session: session.id, fresh, member: session.member },
    ],
  };
}

export function whileLocked(state: Locked, event: OpenOrLockedEvent, now: Instant): Transition {
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
    case 'key-choose':
      if (entry.kind !== 'reading' || entry.attempt !== event.attempt) return stale;
      return same({
        ...state,
        entry: { ...entry, kind: 'choosing', deadline: now.mono + PATIENCE.choosing },
      });
    case 'key-ready':
      if (entry.kind !== 'reading' && entry.kind !== 'choosing') return stale;
      return entry.attempt === event.attempt ? ready(state, event, now) : stale;
    case 'key-touch':
      if (entry.kind !== 'checking' || entry.attempt !== event.attempt) return stale;
      return same({
        ...state,
        entry: {
          ...entry,
          kind: 'touch',
          deadline: Math.min(now.mono + PATIENCE.touch, entry.grace?.until ?? Infinity),
        },
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
            grace: entry.grace,
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
      return attemptOf(entry) === event.attempt ? recorded(state, event) : stale;
    case 'not-recorded':
      return entry.kind === 'recording' && entry.attempt === event.attempt
        ? refuse(state, 'not-recorded')
        : stale;
    case 'stay':
      // Somebody is typing.
      if (entry.kind !== 'pin') return notNow;
      return same({ ...state, entry: { ...entry, deadline: now.mono + PATIENCE.pin } });
    case 'idle':
    case 'switch':
    case 'sign-out':
    case 'close':
      return notNow;
    default:
      return unreachable(event);
  }
}
