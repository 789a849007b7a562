import { sign } from 'node:crypto';
import { fromBase64url, toBase64 } from '../../common/bytes.ts';
import { signCheckpoint } from '../../common/checkpoint.ts';
import type { Receipt } from '../../common/receipt.ts';
import { leafHash, subtreesOf } from '../../common/tree.ts';
import { sha256 } from '../../server/hash.ts';
import type { LogKey } from './export-folder.ts';
import { storedTree } from './stored-tree.ts';

/** A run of a station's events in the tree. */
interface Run {
  readonly seq: number;
  readonly leaf: number;
  readonly events: number;
}

/** What a server with this key and these entries answers; `renewals` are the leaves that begin an origin. */
export async function receiptOf(
  key: LogKey,
  entries: readonly Uint8Array[],
  asked: {
    readonly seen?: number;
    readonly origin?: string;
    readonly runs?: readonly Run[];
    readonly renewals?: readonly number[];
  } = {},
): Promise<Receipt> {
  const { seen = 0, origin = 'localhost/log', runs = [], renewals = [] } = asked;
  const tree = storedTree(entries.map((entry) => leafHash(sha256, entry)));
  const size = entries.length;
  const texts = (hashes: readonly Uint8Array[]) => hashes.map(toBase64);
  const checkpoint = await signCheckpoint(
    sha256,
    { origin, size, root: tree.root(size) },
    fromBase64url(key.jwk.x),
    async (message) => sign(null, message, key.privateKey),
  );
  return {
    checkpoint,
    consistency: seen <= size ? texts(tree.consistency(seen, size)) : [],
    renewals: renewals.map((leaf) => ({
      record: Buffer.from(entries[leaf] ?? []).toString('utf8'),
      leaf,
      proof: texts(tree.inclusion(leaf, size)),
    })),
    runs: runs.map((run) => ({
      ...run,
      frontier: texts(subtreesOf({ from: 0, to: run.leaf }).map(tree.hashOf)),
      consistency: texts(tree.consistency(run.leaf + run.events, size)),
    })),
  };
}
