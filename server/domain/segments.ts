import type { NewSegment } from '../store/ledger-store.ts';
import type { NewEvent } from '../store/writer.ts';

type Row = Pick<NewEvent, 'station' | 'epoch' | 'seq' | 'hash'>;

/**
 * What a batch adds to the ledger: runs of accepted events, and each disputed event by itself. What was stored
 * as disputed `before` is a leaf already, and stays the one that it is when it is accepted after all.
 */
export function segmentsOf(
  accepted: readonly Row[],
  disputed: readonly Row[],
  before: ReadonlySet<string>,
): NewSegment[] {
  const runs: Row[][] = [];
  for (const row of accepted) {
    if (before.has(row.hash)) continue;
    const run = runs.at(-1);
    if (run?.at(-1)?.seq === row.seq - 1) run.push(row);
    else runs.push([row]);
  }
  const fresh = disputed.filter(({ hash }) => !before.has(hash));
  return [
    ...runs.map((run) => segment(run, undefined)),
    ...fresh.map((row) => segment([row], row.hash)),
  ];
}

function segment(rows: readonly Row[], hash: string | undefined): NewSegment {
  const [first] = rows;
  if (first === undefined) throw new RangeError('a segment of nothing');
  return {
    station: first.station,
    epoch: first.epoch,
    first_seq: first.seq,
    entries: rows.length,
    // One call for a thousand: ours are hex.
    hashes: Buffer.from(rows.map((row) => row.hash).join(''), 'hex'),
    ...(hash === undefined ? {} : { hash }),
  };
}
