import { TILE_WIDTH, tileOf } from '../../common/tiles.ts';
import {
  type Frontier,
  type LeafRange,
  type Subtree,
  consistencyPath,
  growTree,
  inclusionPath,
  rangeHash,
  subtreesOf,
} from '../../common/tree.ts';
import { sha256 } from '../hash.ts';
import type { LedgerReader } from '../store/ledger-store.ts';
import { HASH_BYTES } from './export-format.ts';

/** Reads hashes of any part of the tree from its tiles; each tile once. */
export interface TreeReader {
  /** The hashes that a tile has in a tree of `size` leaves, concatenated; undefined where it has none. */
  tile(level: number, index: number): Promise<Uint8Array | undefined>;
  leaf(index: number): Promise<Uint8Array>;
  root(size: number): Promise<Uint8Array>;
  frontier(size: number): Promise<Frontier>;
  inclusion(index: number, size: number): Promise<readonly Uint8Array[]>;
  consistency(first: number, size: number): Promise<readonly Uint8Array[]>;
}

export function treeReader(store: Pick<LedgerReader, 'tile'>): TreeReader {
  const tiles = new Map<string, Promise<Uint8Array | undefined>>();
  const tile = (level: number, index: number) => {
    const name = `${level}/${index}`;
    let bytes = tiles.get(name);
    if (bytes === undefined) {
      bytes = store.tile(level, index);
      tiles.set(name, bytes);
    }
    return bytes;
  };

  async function subtree(wanted: Subtree): Promise<Uint8Array> {
    const { level, index, from, width } = tileOf(wanted);
    const bytes = await tile(level, index);
    if (bytes === undefined || bytes.length < (from + width) * HASH_BYTES) {
      throw new Error(`tile ${level}/${index} lacks hash ${from + width - 1} of ${TILE_WIDTH}`);
    }
    const tree = growTree(sha256);
    for (let at = from; at < from + width; at++) {
      tree.append(bytes.subarray(at * HASH_BYTES, (at + 1) * HASH_BYTES));
    }
    return tree.root();
  }

  async function range(wanted: LeafRange): Promise<Uint8Array> {
    const known = new Map<string, Uint8Array>();
    const name = ({ level, index }: Subtree) => `${level}/${index}`;
    for (const one of subtreesOf(wanted)) known.set(name(one), await subtree(one));
    return rangeHash(sha256, wanted, (one) => known.get(name(one)) ?? new Uint8Array());
  }

  return {
    tile,
    leaf: (index) => subtree({ level: 0, index }),
    root: (size) => range({ from: 0, to: size }),
    async frontier(size) {
      return { size, nodes: await Promise.all(subtreesOf({ from: 0, to: size }).map(subtree)) };
    },
    inclusion: (index, size) => Promise.all(inclusionPath(index, size).map(range)),
    consistency: (first, size) => Promise.all(consistencyPath(first, size).map(range)),
  };
}
