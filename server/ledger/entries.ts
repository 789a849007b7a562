import type { LedgerReader, PlacedSegment } from '../store/ledger-store.ts';

/** One entry of the tree; `verdict` and `reason` are what the server made of the event. */
export interface Entry {
  readonly leaf: number;
  readonly bytes: Uint8Array;
  readonly verdict: 'verified' | 'unproven' | 'disputed';
  readonly reason: string | null;
}

/**
 * The entries of the leaves `from` to before `to`, in their order. One whose row is gone from the database, or
 * empty, is left out: what is missing then shows by the leaf numbers.
 */
export async function* entriesBetween(
  read: Pick<LedgerReader, 'segmentsBetween' | 'leavesOf'>,
  from: number,
  to: number,
): AsyncGenerator<Entry> {
  for (const segment of await read.segmentsBetween(from, to)) {
    const part = cut(segment, from, to);
    if (part.record !== null) {
      yield { leaf: part.leaf, bytes: part.record, verdict: 'verified', reason: null };
      continue;
    }
    for (const { seq, canonical, verdict, reason } of await read.leavesOf(part)) {
      if (canonical.length === 0) continue;
      const leaf = part.leaf + seq - (part.first_seq ?? 0);
      yield { leaf, bytes: canonical, verdict, reason };
    }
  }
}

/** The part of a segment that lies in the range. */
export function cut(segment: PlacedSegment, from: number, to: number): PlacedSegment {
  const skipped = Math.max(0, from - segment.leaf);
  const entries = Math.min(segment.entries, to - segment.leaf) - skipped;
  return {
    ...segment,
    leaf: segment.leaf + skipped,
    first_seq: segment.first_seq === null ? null : segment.first_seq + skipped,
    entries,
  };
}
