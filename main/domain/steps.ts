import type { StationState, Transition } from './station-state.ts';

export const same = (state: StationState): Transition => ({ state, effects: [] });
export const notNow: Transition = { rejected: 'not-now' };
export const stale: Transition = { rejected: 'stale' };

/** Runs a second transition on the result of a first one. (A module that exports `then` is a promise to whoever imports it.) */
export function andThen(first: Transition, next: (state: StationState) => Transition): Transition {
  if ('rejected' in first) return first;
  const second = next(first.state);
  if ('rejected' in second) return first;
  return { state: second.state, effects: [...first.effects, ...second.effects] };
}
