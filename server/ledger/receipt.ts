import { toBase64 } from '../../common/bytes.ts';
import { MAX_RECEIPT_RUNS, type Receipt } from '../../common/receipt.ts';
import type { Store } from '../store/store.ts';
import type { Published } from './publisher.ts';
import { treeReader } from './tree-reader.ts';

/** What the station asks for: proofs for its events after `after` of an epoch, and from the tree that it knows. */
export interface ReceiptQuery {
  readonly station: string;
  readonly epoch: string;
  readonly after: number;
  readonly size: number;
}

/** Proves to a station what the published checkpoint holds. */
export async function makeReceipt(
  read: Store['read'],
  { note, checkpoint }: Published,
  { station, epoch, after, size }: ReceiptQuery,
): Promise<Receipt> {
  const tree = treeReader(read);
  const head = checkpoint.size;
  const runs: Receipt['runs'][number][] = [];
  for (const segment of await read.segmentsOf(station, epoch, after + 1, MAX_RECEIPT_RUNS)) {
    const skipped = Math.max(0, after + 1 - (segment.first_seq ?? 0));
    const leaf = (segment.leaf ?? Infinity) + skipped;
    const events = segment.entries - skipped;
    // What is not under this checkpoint comes with the next one.
    if (leaf + events > head) break;
    if (events <= 0) continue;
    runs.push({
      seq: (segment.first_seq ?? 0) + skipped,
      events,
      leaf,
      frontier: texts((await tree.frontier(leaf)).nodes),
      consistency: texts(await tree.consistency(leaf + events, head)),
    });
  }
  const renewals: Receipt['renewals'][number][] = [];
  for (const { record, leaf } of await read.records()) {
    if (leaf >= head) break;
    const text = Buffer.from(record ?? new Uint8Array()).toString('utf8');
    renewals.push({ record: text, leaf, proof: texts(await tree.inclusion(leaf, head)) });
  }
  const consistency = size <= head ? texts(await tree.consistency(size, head)) : [];
  return { checkpoint: note, consistency, renewals, runs };
}

const texts = (hashes: readonly Uint8Array[]): string[] => hashes.map(toBase64);
