import { fromHex } from '../../common/bytes.ts';
import type { WaitingSegment } from '../store/ledger-store.ts';
import type { Transaction } from '../store/store.ts';
import { appendLeaves } from './append.ts';
import { HASH_BYTES } from './export-format.ts';

/** Of one step: a step holds the database and this process for a tenth of a second or so. */
const SEGMENTS = 256;
const LEAVES = 20_000;
const CHUNK = 10_000;

/** Gives the oldest waiting segments their places behind the first `size` leaves. */
export async function placeWaiting(
  tx: Transaction,
  size: number,
): Promise<{ readonly leaves: number; readonly isMore: boolean }> {
  const waiting = await tx.waitingSegments(SEGMENTS);
  const leaves: Uint8Array[] = [];
  let placed = 0;
  for (const segment of waiting) {
    if (placed > 0 && leaves.length + segment.entries > LEAVES) break;
    const hashes = await leavesOf(tx, segment);
    if (hashes.length !== segment.entries) {
      throw new Error(`segment ${segment.id} has ${hashes.length} of ${segment.entries} events`);
    }
    await tx.placeSegment(segment.id, size + leaves.length);
    for (const hash of hashes) leaves.push(hash);
    placed += 1;
  }
  await appendLeaves(tx, size, leaves);
  return {
    leaves: leaves.length,
    isMore: placed < waiting.length || waiting.length === SEGMENTS,
  };
}

async function leavesOf(tx: Transaction, segment: WaitingSegment): Promise<Uint8Array[]> {
  const { hashes, entries } = segment;
  if (hashes !== null) {
    return Array.from({ length: hashes.length / HASH_BYTES }, (_, n) =>
      hashes.subarray(n * HASH_BYTES, (n + 1) * HASH_BYTES),
    );
  }
  // Stored before there was a tree.
  const leaves: Uint8Array[] = [];
  for (let from = 0; from < entries; from += CHUNK) {
    const part = {
      ...segment,
      first_seq: (segment.first_seq ?? 0) + from,
      entries: Math.min(CHUNK, entries - from),
    };
    for (const { hash } of await tx.leavesOf(part)) leaves.push(fromHex(hash));
  }
  return leaves;
}
