import { toBase64 } from '../../common/bytes.ts';
import { MAX_RECEIPT_RUNS, type Receipt } from '../../common/receipt.ts';
import type { Store } from '../store/store.ts';
import type { Published } from './publisher.ts';
import { treeReader } from './tree-reader.ts';

/**
 * What the station asks for: proofs for its events after `after` up to `last` of an epoch, and from the tree that it
 * knows. What comes behind `last` is unknown to it: a disk that was set back has not what the server has.
 */
export interface ReceiptQuery {
  readonly station: string;
  readonly epoch: string;
  readonly after: number;
  readonly last: number;
  readonly size: number;
}

/** Proves to a station what the published checkpoint holds. */
export async function makeReceipt(
  read: Store['read'],
  { note, checkpoint }: Published,
  { station, epoch, after, last, size }: ReceiptQuery,
): Promise<Receipt> {
  const tree = treeReader(read);
  const head = checkpoint.size;
  const runs: Receipt['runs'][number][] = [];
  for (const segment of await read.segmentsOf(station, epoch, after + 1, MAX_RECEIPT_RUNS)) {
    const first = segment.first_seq ?? 0;
    const seq = Math.max(first, after + 1);
    const leaf = (segment.leaf ?? Infinity) + seq - first;
    const events = Math.min(first + segment.entries - 1, last) - seq + 1;
    // What is not under this checkpoint comes with the next one.
    if (leaf + events > head) break;
    if (events <= 0) continue;
    runs.push({
      seq,
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
