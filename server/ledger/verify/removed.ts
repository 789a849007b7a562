import { type Removal, mergeRuns } from '../removal.ts';
import type { RemovedLine } from '../export-format.ts';
import type { Finding } from './finding.ts';

/** The first event whose body the export leaves out although no entry of the ledger says that it was removed. */
export function findUntold(
  lines: readonly RemovedLine[],
  removals: readonly Removal[],
): Finding | undefined {
  const told = mergeRuns(removals.flatMap(({ runs }) => runs));
  for (const { leaf, entries, station, epoch, seq } of lines) {
    for (let at = leaf; at < leaf + entries; at++) {
      const run = told.find((one) => one.leaf <= at && at < one.leaf + one.entries);
      if (run === undefined) {
        const event = { station, epoch, seq: seq + at - leaf };
        return { kind: 'removed-untold', leaf: at, event };
      }
      at = run.leaf + run.entries - 1;
    }
  }
  return undefined;
}
