import {
  type LeafRange,
  type Subtree,
  consistencyPath,
  growTree,
  inclusionPath,
  leafHash,
  rangeHash,
} from '../../common/tree.ts';
import { sha256 } from '../../server/hash.ts';

/** Distinct leaves. */
export const someLeaves = (size: number): Uint8Array[] =>
  Array.from({ length: size }, (_, n) => leafHash(sha256, Uint8Array.of(n, n >> 8)));

/** A tree with every subtree kept in memory, and its proofs. */
export function storedTree(leaves: readonly Uint8Array[]) {
  const stored = new Map<string, Uint8Array>();
  const name = ({ level, index }: Subtree) => `${level}/${index}`;
  const tree = growTree(sha256, undefined, (subtree, hash) => stored.set(name(subtree), hash));
  for (const leaf of leaves) tree.append(leaf);
  const hashOf = (subtree: Subtree): Uint8Array => {
    const hash = stored.get(name(subtree));
    if (hash === undefined) throw new RangeError(`no subtree ${name(subtree)}`);
    return hash;
  };
  const hashes = (path: readonly LeafRange[]) =>
    path.map((range) => rangeHash(sha256, range, hashOf));
  return {
    hashOf,
    root: (size: number) => rangeHash(sha256, { from: 0, to: size }, hashOf),
    inclusion: (index: number, size: number) => hashes(inclusionPath(index, size)),
    consistency: (first: number, size: number) => hashes(consistencyPath(first, size)),
  };
}

/** Each way to damage a list of hashes: one bit, one hash less, one more, two swapped. */
export function damaged(
  proof: readonly Uint8Array[],
  hash: number,
  bit: number,
): readonly (readonly Uint8Array[])[] {
  const extra = new Uint8Array(32).fill(bit);
  if (proof.length === 0) return [[extra]];
  const at = hash % proof.length;
  const flipped = proof.map((one, n) => (n === at ? flip(one, bit) : one));
  const less = proof.filter((_, n) => n !== at);
  const swapped = proof.map((one, n) => proof[n < 2 ? 1 - n : n] ?? one);
  return [flipped, less, [...proof, extra], ...(proof.length > 1 ? [swapped] : [])];
}

/** The bytes with one bit the other way. */
export function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  const at = Math.floor(bit / 8) % copy.length;
  copy[at] = (copy[at] ?? 0) ^ (1 << (bit % 8));
  return copy;
}
