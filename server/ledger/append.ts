import { TILE_HEIGHT, TILE_WIDTH, tilesBetween } from '../../common/tiles.ts';
import { growTree } from '../../common/tree.ts';
import { sha256 } from '../hash.ts';
import type { LedgerReader, LedgerWriter } from '../store/ledger-store.ts';
import { HASH_BYTES } from './export-format.ts';
import { treeReader } from './tree-reader.ts';

/** Puts leaves behind the first `size` ones of the tree and writes the tiles that change. */
export async function appendLeaves(
  tx: Pick<LedgerReader, 'tile'> & Pick<LedgerWriter, 'putTile'>,
  size: number,
  leaves: readonly Uint8Array[],
): Promise<void> {
  if (leaves.length === 0) return;
  const before = treeReader(tx);
  /** New hashes by level of tiles. */
  const fresh: Uint8Array[][] = [];
  const tree = growTree(sha256, await before.frontier(size), ({ level }, hash) => {
    if (level % TILE_HEIGHT === 0) (fresh[level / TILE_HEIGHT] ??= []).push(hash);
  });
  for (const leaf of leaves) tree.append(leaf);

  for (const { level, index, width } of tilesBetween(size, tree.size)) {
    const had = Math.floor(size / TILE_WIDTH ** level) - index * TILE_WIDTH;
    const old = had > 0 ? await before.tile(level, index) : undefined;
    const kept = old?.subarray(0, had * HASH_BYTES) ?? new Uint8Array();
    const added = fresh[level]?.splice(0, width - Math.max(0, had)) ?? [];
    const hashes = Buffer.concat([kept, ...added]);
    if (hashes.length !== width * HASH_BYTES) {
      throw new Error(`tile ${level}/${index} would have ${hashes.length} bytes for ${width}`);
    }
    await tx.putTile(level, index, hashes);
  }
}
