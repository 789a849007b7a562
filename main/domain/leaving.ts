import type { Cause, EventDraft } from '../../common/event.ts';
import { waiting } from './authentication.ts';
import { endsGrace, withoutGrace } from './grace.ts';
import type { Instant } from './instant.ts';
import { type HeldSession, type Session, evicted } from './session.ts';
import type { Common, Effect, Locked, Open, StationState, Transition } from './station-state.ts';

export const common = (state: StationState): Common => ({
  policy: state.policy,
  stop: state.stop,
  keys: state.keys,
  attempt: state.attempt,
  held: state.held,
  administrators: state.administrators,
});

export const draft = (type: EventDraft['type'], rest: Partial<EventDraft> = {}): EventDraft => ({
  type,
  outcome: 'success',
  detail: {},
  ...rest,
});

export const left = (
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

export const record = (...drafts: EventDraft[]): readonly Effect[] =>
  drafts.length === 0 ? [] : [{ type: 'record', drafts }];

/** The key process lets go of a key that was being asked whose it is. */
export const letGo = ({ over }: Open): readonly Effect[] =>
  over.kind === 'key' && over.asking ? [{ type: 'key-cancel', attempt: over.asking.attempt }] : [];

export function leave(
  state: Open,
  held: readonly HeldSession[],
  correlation: string | undefined,
): Locked {
  return { ...common(state), kind: 'locked', held, entry: waiting(), correlation };
}

/** Cover first, log second. */
export function lock(state: Open, cause: Cause, now: Instant): Transition {
  const held: readonly HeldSession[] = [
    ...state.held,
    { ...state.session, held: 'locked', since: now },
  ];
  return {
    state: leave(state, endsGrace(cause) ? withoutGrace(held) : held, undefined),
    effects: [
      { type: 'cover' },
      ...record(left('session.locked', state.session, cause)),
      ...letGo(state),
    ],
  };
}

export function endOpen(state: Open, cause: Cause): Transition {
  return {
    state: leave(state, state.held, undefined),
    effects: [
      { type: 'cover' },
      ...record(left('session.ended', state.session, cause)),
      { type: 'destroy', session: state.session.id },
      ...letGo(state),
    ],
  };
}

export function park(state: Open, correlation: string, now: Instant): Transition {
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
      ...letGo(state),
    ],
  };
}

/** Sessions that must not go on: their member is no longer active, or their time is over. */
export function endHeld(
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
