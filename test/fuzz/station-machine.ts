import fc from 'fast-check';
import { initialState } from '../../main/domain/station-state.ts';
import { transition } from '../../main/domain/station.ts';
import { type Happening, type Move, moves, rules } from './station-moves.ts';
import { witness } from './station-witness.ts';

type Machine = typeof transition;

function run(machine: Machine, sequence: readonly Move[]): void {
  const watch = witness();
  let current = initialState(rules);
  let mono = 0;
  let n = 0;
  const happens = (event: Happening, isStale: boolean) => {
    const what = event(isStale ? current.attempt - 1 : current.attempt, ++n);
    const result = machine(current, what, { wall: 1_000_000 + mono, mono });
    if ('rejected' in result) return;
    const { state: after, effects } = result;
    watch({ before: current, event: what, after, effects, mono });
    current = after;
  };
  happens(() => ({ type: 'stop', stop: undefined }), false);
  for (const move of sequence) {
    if (move.kind === 'wait') mono += move.ms;
    else if (move.kind === 'event') happens(move.event, move.isStale);
    else for (const event of move.events) happens(event, false);
  }
}

/** Random sequences of events through the station machine; throws at the first broken invariant. */
export function fuzzStation(
  machine: Machine,
  { runs, seed }: { readonly runs: number; readonly seed?: number },
): void {
  fc.assert(
    fc.property(moves, (sequence) => run(machine, sequence)),
    { numRuns: runs, ...(seed === undefined ? {} : { seed }) },
  );
}
