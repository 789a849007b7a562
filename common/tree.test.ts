import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha256 } from '../server/hash.ts';
import { fromHex, toHex } from './bytes.ts';
import { damaged, flip, someLeaves, storedTree } from '../test/support/stored-tree.ts';
import {
  consistencyPath,
  growTree,
  inclusionPath,
  leafHash,
  rootOf,
  subtreesOf,
  verifyConsistency,
  verifyInclusion,
} from './tree.ts';

/** RFC 6962 §2.1 to the letter: the reference that everything here is compared with. */
function merkleTreeHash(leaves: readonly Uint8Array[]): Uint8Array {
  const [first] = leaves;
  if (first === undefined) return sha256();
  if (leaves.length === 1) return first;
  let k = 1;
  while (2 * k < leaves.length) k *= 2;
  return sha256(
    Uint8Array.of(1),
    merkleTreeHash(leaves.slice(0, k)),
    merkleTreeHash(leaves.slice(k)),
  );
}

describe('the test data of Certificate Transparency', () => {
  const inputs = [
    '',
    '00',
    '10',
    '2021',
    '3031',
    '40414243',
    '5051525354555657',
    '606162636465666768696a6b6c6d6e6f',
  ];
  const leaves = inputs.map((input) => leafHash(sha256, fromHex(input)));
  const tree = storedTree(leaves);
  const hex = (hashes: readonly Uint8Array[]) => hashes.map(toHex);

  test('roots', () => {
    expect(toHex(tree.root(0))).toBe(
      'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    );
    expect(leaves.map((_, index) => toHex(tree.root(index + 1)))).toEqual([
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
      '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
      '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
      'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
      '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
    ]);
  });

  test('inclusion proofs', () => {
    expect(hex(tree.inclusion(0, 1))).toEqual([]);
    expect(hex(tree.inclusion(0, 8))).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ]);
    expect(hex(tree.inclusion(2, 3))).toEqual([
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    ]);
    expect(hex(tree.inclusion(1, 5))).toEqual([
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ]);
  });

  test('consistency proofs', () => {
    expect(hex(tree.consistency(1, 1))).toEqual([]);
    expect(hex(tree.consistency(1, 8))).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ]);
    expect(hex(tree.consistency(6, 8))).toEqual([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
    expect(hex(tree.consistency(2, 5))).toEqual([
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ]);
  });
});

test('every root, inclusion and consistency proof of every tree up to 40 leaves', () => {
  const leaves = someLeaves(40);
  const tree = storedTree(leaves);
  for (let size = 1; size <= leaves.length; size++) {
    const root = tree.root(size);
    expect(root).toEqual(merkleTreeHash(leaves.slice(0, size)));
    for (const [index, leaf] of leaves.slice(0, size).entries()) {
      const proof = tree.inclusion(index, size);
      expect(verifyInclusion(sha256, { index, leaf }, proof, { size, root })).toBe(true);
      const first = { size: index, root: tree.root(index) };
      const grown = tree.consistency(index, size);
      expect(verifyConsistency(sha256, first, { size, root }, grown)).toBe(true);
    }
  }
});

const bigTree = fc
  .tuple(fc.integer({ min: 1, max: 700 }), fc.nat(), fc.nat(), fc.nat())
  .map(([size, at, hash, bit]) => ({ size, at: at % size, hash, bit }));

test('a damaged inclusion proof, leaf, index or root is refused', () => {
  const leaves = someLeaves(700);
  const tree = storedTree(leaves);
  fc.assert(
    fc.property(bigTree, ({ size, at, hash, bit }) => {
      const leaf = leaves[at] ?? sha256();
      const proof = tree.inclusion(at, size);
      const head = { size, root: tree.root(size) };
      const is = (index: number, one: Uint8Array, list: readonly Uint8Array[], root = head.root) =>
        verifyInclusion(sha256, { index, leaf: one }, list, { size, root });
      expect(is(at, leaf, proof)).toBe(true);
      for (const list of damaged(proof, hash, bit)) expect(is(at, leaf, list)).toBe(false);
      expect(is(at, flip(leaf, bit), proof)).toBe(false);
      expect(is(at, leaf, proof, flip(head.root, bit))).toBe(false);
      for (const index of [at - 1, at + 1, size, -1, 0.5, hash % size].filter((n) => n !== at)) {
        expect(is(index, leaf, proof)).toBe(false);
      }
    }),
    { numRuns: 500 },
  );
});

test('a damaged consistency proof or head is refused; so is a tree that shrinks', () => {
  const tree = storedTree(someLeaves(700));
  fc.assert(
    fc.property(bigTree, ({ size, at, hash, bit }) => {
      const first = { size: at, root: tree.root(at) };
      const second = { size, root: tree.root(size) };
      const proof = tree.consistency(at, size);
      const is = (list: readonly Uint8Array[], a = first, b = second) =>
        verifyConsistency(sha256, a, b, list);
      expect(is(proof)).toBe(true);
      for (const list of damaged(proof, hash, bit)) expect(is(list)).toBe(false);
      expect(is(proof, { ...first, root: flip(first.root, bit) })).toBe(false);
      // Of the empty tree everything is a continuation.
      const edited = { ...second, root: flip(second.root, bit) };
      expect(is(proof, first, edited)).toBe(first.size === 0);
      expect(is(proof, second, first)).toBe(false);
      expect(is([], second, second)).toBe(true);
      expect(is([], second, edited)).toBe(false);
    }),
    { numRuns: 500 },
  );
});

test('a tree grows on from its frontier, and says when a frontier is none', () => {
  const leaves = someLeaves(300);
  fc.assert(
    fc.property(fc.nat(300), (at) => {
      const before = growTree(sha256);
      for (const leaf of leaves.slice(0, at)) before.append(leaf);
      const frontier = before.frontier();
      expect(frontier.size).toBe(at);
      expect(rootOf(sha256, frontier)).toEqual(before.root());
      const after = growTree(sha256, frontier);
      for (const leaf of leaves.slice(at)) after.append(leaf);
      expect(after.size).toBe(300);
      expect(after.root()).toEqual(merkleTreeHash(leaves));
      expect(() => growTree(sha256, { size: at, nodes: [...frontier.nodes, sha256()] })).toThrow(
        RangeError,
      );
    }),
  );
});

test('paths above 2^32 leaves are those of the same tree', () => {
  const size = 2 ** 40 + 3;
  expect(inclusionPath(2 ** 40 + 1, size)).toEqual([
    { from: 2 ** 40, to: 2 ** 40 + 1 },
    { from: 2 ** 40 + 2, to: size },
    { from: 0, to: 2 ** 40 },
  ]);
  expect(consistencyPath(2 ** 40, size)).toEqual([{ from: 2 ** 40, to: size }]);
  expect(subtreesOf({ from: 2 ** 40, to: size })).toEqual([
    { level: 1, index: 2 ** 39 },
    { level: 0, index: 2 ** 40 + 2 },
  ]);
});

test.each([
  () => inclusionPath(3, 3),
  () => inclusionPath(-1, 3),
  () => inclusionPath(0, 2.5),
  () => consistencyPath(4, 3),
  () => consistencyPath(-1, 3),
  () => subtreesOf({ from: 1, to: 3 }),
])('no path leads to what is not there: %s', (path) => {
  expect(path).toThrow(RangeError);
});

// Whoever signs heads can choose the root: a proof of the wrong length must fail by its length.
test('a proof longer than its tree is high is refused, even if its hashes lead to the root', () => {
  const [leaf = sha256(), extra = sha256()] = someLeaves(2);
  const over = (left: Uint8Array, right: Uint8Array) => sha256(Uint8Array.of(1), left, right);
  const one = { size: 1, root: over(extra, leaf) };
  expect(verifyInclusion(sha256, { index: 0, leaf }, [extra], one)).toBe(false);

  const three = { size: 3, root: over(extra, over(leaf, leaf)) };
  const four = { size: 4, root: over(extra, over(leaf, over(leaf, leaf))) };
  expect(verifyConsistency(sha256, three, four, [leaf, leaf, leaf, extra])).toBe(false);
  expect(verifyConsistency(sha256, three, three, [extra])).toBe(false);
});
