import { type Sha256, sameBytes } from './bytes.ts';

/**
 * The Merkle tree of RFC 6962 §2.1 over SHA-256. Hashes are 32 bytes; sizes and indexes are whole
 * numbers below 2^53, so there is no bit arithmetic here: that ends at 2^31.
 */

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** Hash of one entry. For an event it is also the chain hash, so one hash serves both. */
export const leafHash = (sha256: Sha256, entry: Uint8Array): Uint8Array => sha256(LEAF, entry);

const nodeHash = (sha256: Sha256, left: Uint8Array, right: Uint8Array): Uint8Array =>
  sha256(NODE, left, right);

/** A tree by the roots of its complete subtrees, largest first: one for each binary 1 of `size`. */
export interface Frontier {
  readonly size: number;
  readonly nodes: readonly Uint8Array[];
}

export const EMPTY: Frontier = { size: 0, nodes: [] };

/** A complete subtree: the leaves from `index * 2^level` to before `(index + 1) * 2^level`. */
export interface Subtree {
  readonly level: number;
  readonly index: number;
}

/** Leaves `from` to before `to`. */
export interface LeafRange {
  readonly from: number;
  readonly to: number;
}

export interface GrowingTree {
  append(leaf: Uint8Array): void;
  readonly size: number;
  root(): Uint8Array;
  frontier(): Frontier;
}

/**
 * A tree that grows leaf by leaf, in memory of a few hashes. `completed` hears of each subtree when its
 * last leaf comes, leaves (level 0) included. Throws a RangeError for a frontier that is none.
 */
export function growTree(
  sha256: Sha256,
  start: Frontier = EMPTY,
  completed?: (subtree: Subtree, hash: Uint8Array) => void,
): GrowingTree {
  if (start.nodes.length !== onesIn(start.size)) {
    throw new RangeError(`${start.nodes.length} nodes are no tree of ${start.size} leaves`);
  }
  const nodes = [...start.nodes];
  let { size } = start;
  return {
    append(leaf) {
      let hash = leaf;
      completed?.({ level: 0, index: size }, hash);
      let index = size;
      for (let level = 1; index % 2 === 1; level++) {
        hash = nodeHash(sha256, nodes.pop() ?? hash, hash);
        index = (index - 1) / 2;
        completed?.({ level, index }, hash);
      }
      nodes.push(hash);
      size += 1;
    },
    get size() {
      return size;
    },
    root: () => fold(sha256, nodes),
    frontier: () => ({ size, nodes: [...nodes] }),
  };
}

/** Root of a tree; of no leaves it is the hash of nothing. */
export const rootOf = (sha256: Sha256, { nodes }: Frontier): Uint8Array => fold(sha256, nodes);

function fold(sha256: Sha256, nodes: readonly Uint8Array[]): Uint8Array {
  let hash = nodes.at(-1);
  if (hash === undefined) return sha256();
  for (const left of nodes.slice(0, -1).reverse()) hash = nodeHash(sha256, left, hash);
  return hash;
}

/** The complete subtrees of a range that begins where a tree can be split, left to right. */
export function subtreesOf({ from, to }: LeafRange): Subtree[] {
  const subtrees: Subtree[] = [];
  let at = from;
  while (at < to) {
    let [level, width] = [0, 1];
    while (width * 2 <= to - at) [level, width] = [level + 1, width * 2];
    if (at % width !== 0) throw new RangeError(`no subtrees from ${from} to ${to}`);
    subtrees.push({ level, index: at / width });
    at += width;
  }
  return subtrees;
}

/** Hash over a range, from the hashes of its complete subtrees. */
export const rangeHash = (
  sha256: Sha256,
  range: LeafRange,
  hashOf: (subtree: Subtree) => Uint8Array,
): Uint8Array => fold(sha256, subtreesOf(range).map(hashOf));

/** What the inclusion proof of a leaf hashes over, in its order: PATH of RFC 6962 §2.1.1. */
export function inclusionPath(index: number, size: number): LeafRange[] {
  if (!isWhole(index) || !isWhole(size) || index >= size) {
    throw new RangeError(`no leaf ${index} in a tree of ${size}`);
  }
  const path: LeafRange[] = [];
  let [from, to] = [0, size];
  while (to - from > 1) {
    const middle = from + splitOf(to - from);
    if (index < middle) {
      path.push({ from: middle, to });
      to = middle;
    } else {
      path.push({ from, to: middle });
      from = middle;
    }
  }
  return path.reverse();
}

/** What the consistency proof between two sizes hashes over, in its order: PROOF of RFC 6962 §2.1.2. */
export function consistencyPath(first: number, size: number): LeafRange[] {
  if (!isWhole(first) || !isWhole(size) || first > size) {
    throw new RangeError(`no tree of ${first} leaves in one of ${size}`);
  }
  if (first === 0) return [];
  const path: LeafRange[] = [];
  let [from, to] = [0, size];
  while (first < to) {
    const middle = from + splitOf(to - from);
    if (first <= middle) {
      path.push({ from: middle, to });
      to = middle;
    } else {
      path.push({ from, to: middle });
      from = middle;
    }
  }
  if (from > 0) path.push({ from, to });
  return path.reverse();
}

export interface TreeHead {
  readonly size: number;
  readonly root: Uint8Array;
}

/** Is `leaf` at `index` of the tree with this head? RFC 9162 §2.1.3.2. */
export function verifyInclusion(
  sha256: Sha256,
  { index, leaf }: { readonly index: number; readonly leaf: Uint8Array },
  proof: readonly Uint8Array[],
  head: TreeHead,
): boolean {
  if (!isWhole(index) || !isWhole(head.size) || index >= head.size) return false;
  let [fn, sn] = [index, head.size - 1];
  let hash = leaf;
  for (const sibling of proof) {
    if (sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      hash = nodeHash(sha256, sibling, hash);
      while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      hash = nodeHash(sha256, hash, sibling);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && sameBytes(hash, head.root);
}

/** Is the tree with the head `second` the tree with the head `first`, grown? RFC 9162 §2.1.4.2. */
export function verifyConsistency(
  sha256: Sha256,
  first: TreeHead,
  second: TreeHead,
  proof: readonly Uint8Array[],
): boolean {
  if (!isWhole(first.size) || !isWhole(second.size) || first.size > second.size) return false;
  if (first.size === second.size) return proof.length === 0 && sameBytes(first.root, second.root);
  // Every tree is the empty one, grown.
  if (first.size === 0) return proof.length === 0 && sameBytes(first.root, sha256());

  let [fn, sn] = [first.size - 1, second.size - 1];
  while (isOdd(fn)) [fn, sn] = [half(fn), half(sn)];
  // A first tree of a power of two is itself the subtree to start from, and the proof leaves it out.
  const [start, ...rest] = onesIn(first.size) === 1 ? [first.root, ...proof] : proof;
  if (start === undefined) return false;
  let [firstHash, secondHash] = [start, start];
  for (const hash of rest) {
    if (sn === 0) return false;
    if (isOdd(fn) || fn === sn) {
      firstHash = nodeHash(sha256, hash, firstHash);
      secondHash = nodeHash(sha256, hash, secondHash);
      while (!isOdd(fn) && fn !== 0) [fn, sn] = [half(fn), half(sn)];
    } else {
      secondHash = nodeHash(sha256, secondHash, hash);
    }
    [fn, sn] = [half(fn), half(sn)];
  }
  return sn === 0 && sameBytes(firstHash, first.root) && sameBytes(secondHash, second.root);
}

const isWhole = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;
const isOdd = (n: number): boolean => n % 2 === 1;
const half = (n: number): number => Math.floor(n / 2);

/** The largest power of two below `n`: where RFC 6962 splits a tree of `n` leaves. */
function splitOf(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

function onesIn(size: number): number {
  let ones = 0;
  for (let rest = size; rest > 0; rest = half(rest)) ones += rest % 2;
  return ones;
}
