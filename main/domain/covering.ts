import { PATIENCE } from './authentication.ts';
import type { Instant } from './instant.ts';
import { letGo } from './leaving.ts';
import type { Open, Over, Transition } from './station-state.ts';
import { stale } from './steps.ts';

/** Puts this over the session on screen, or takes away what is over it. */
export function putOver(state: Open, over: Over): Transition {
  const was = state.over.kind !== 'nothing';
  const is = over.kind !== 'nothing';
  return {
    state: { ...state, over },
    effects: [...(was === is ? [] : [{ type: 'overlay', shown: is } as const]), ...letGo(state)],
  };
}

export const uncoverSession = (state: Open): Transition => putOver(state, { kind: 'nothing' });

/**
 * The neutral sheet. A key that is alone is asked whose it is; beside others it would have to be touched
 * to be chosen, and nobody has asked for that.
 */
export function keySheet(state: Open, now: Instant): Transition {
  if (state.keys !== 1) return putOver(state, { kind: 'key', asking: undefined, owner: undefined });
  const attempt = state.attempt + 1;
  const asking = { attempt, deadline: now.mono + PATIENCE.reading };
  const covered = putOver({ ...state, attempt }, { kind: 'key', asking, owner: undefined });
  if ('rejected' in covered) return covered;
  return { ...covered, effects: [...covered.effects, { type: 'key-begin', attempt }] };
}

/** The key has answered, or cannot. It is let go of: nobody has typed a PIN. */
export function answered(state: Open, attempt: number, owner: string | undefined): Transition {
  const { over } = state;
  if (over.kind !== 'key' || over.asking?.attempt !== attempt) return stale;
  return {
    state: { ...state, over: { kind: 'key', asking: undefined, owner } },
    effects: letGo(state),
  };
}
