import type { LedgerReader } from '../store/ledger-store.ts';
import type { RetentionReader } from '../store/retention-store.ts';
import { cut } from './entries.ts';
import type { RemovedLine } from './export-format.ts';
import { type Run, mergeRuns, readRemoval } from './removal.ts';

/** Of which leaves the tree of this size says itself that their bodies were removed; ascending. */
export async function removedIn(
  read: Pick<RetentionReader, 'removals'>,
  size: number,
): Promise<{
  readonly runs: readonly Run[];
  /** Something was removed that only a larger tree tells of. */
  readonly isOvertaken: boolean;
}> {
  const rows = await read.removals();
  const isIn = (leaf: number | null) => leaf !== null && leaf < size;
  const runs = rows
    .filter(({ leaf }) => isIn(leaf))
    .flatMap(({ record }) => readRemoval(Buffer.from(record ?? []).toString('utf8'))?.runs ?? []);
  return { runs: mergeRuns(runs), isOvertaken: !rows.every(({ leaf }) => isIn(leaf)) };
}

/** How many of the leaves `from` to before `to` are in one of the runs. */
export const countWithin = (runs: readonly Run[], from: number, to: number): number =>
  runs.reduce(
    (sum, { leaf, entries }) =>
      sum + Math.max(0, Math.min(leaf + entries, to) - Math.max(leaf, from)),
    0,
  );

/** The same runs, cut where another journal begins. */
export async function* removedLines(
  read: Pick<LedgerReader, 'segmentsBetween'>,
  runs: readonly Run[],
): AsyncGenerator<RemovedLine> {
  for (const { leaf: from, entries: count } of runs) {
    for (const segment of await read.segmentsBetween(from, from + count)) {
      const { leaf, entries, station, epoch, first_seq: seq } = cut(segment, from, from + count);
      if (entries <= 0 || station === null || epoch === null || seq === null) continue;
      yield { leaf, entries, station, epoch, seq };
    }
  }
}
