import { generateKeyPairSync, sign } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fromBase64url, toBase64, utf8 } from '../../common/bytes.ts';
import { type Checkpoint, signCheckpoint } from '../../common/checkpoint.ts';
import { verifierText } from '../../common/signed-note.ts';
import { TILE_HEIGHT, tilePath, tilesBetween } from '../../common/tiles.ts';
import { leafHash, verifyConsistency, verifyInclusion } from '../../common/tree.ts';
import { sha256 } from '../../server/hash.ts';
import { type GoCase, type GoVerifier, buildGoVerifier } from '../support/go-verifier.ts';
import { damaged, flip, someLeaves, storedTree } from '../support/stored-tree.ts';

let go: GoVerifier;
beforeAll(() => {
  go = buildGoVerifier();
});
afterAll(() => go.remove());

const leaves = someLeaves(1000);
const tree = storedTree(leaves);
const leafAt = (index: number) => leaves[index] ?? new Uint8Array(32);

const { privateKey, publicKey } = generateKeyPairSync('ed25519');
const raw = fromBase64url(String(publicKey.export({ format: 'jwk' }).x));
const signed = (checkpoint: Checkpoint) =>
  signCheckpoint(sha256, checkpoint, raw, async (message) => sign(null, message, privateKey));

test('a checkpoint is accepted, and refused with any field edited', async () => {
  const checkpoint = { origin: 'keys.clinic.example/log', size: 700, root: tree.root(700) };
  const note = await signed(checkpoint);
  const key = verifierText(sha256, { name: checkpoint.origin, publicKey: raw });
  const good: GoCase = { kind: 'checkpoint', ...checkpoint, note, key };
  const [origin, size, root, , signature = ''] = note.split('\n');
  const edited = [
    note.replace(`${origin}\n`, `${origin}2\n`),
    note.replace(`\n${size}\n`, '\n701\n'),
    note.replace(`${root}`, toBase64(flip(checkpoint.root, 9))),
    note.replace(signature, signature.replace(/.{6}$/, 'AAAA==')),
    note.replace(`— ${origin}`, '— keys.clinic.example/other'),
    note.replace('\n\n', '\nmore\n\n'),
    note.replace(signature, ''),
  ];
  const otherKey = verifierText(sha256, { name: checkpoint.origin, publicKey: flip(raw, 3) });
  const answers = await go.judge([
    good,
    { ...good, key: otherKey },
    ...edited.map((damagedNote) => ({ ...good, note: damagedNote })),
  ]);
  expect(answers[0]).toBe('ok');
  expect(answers.slice(1).filter((answer) => answer === 'ok')).toEqual([]);
  expect(answers).toHaveLength(edited.length + 2);
});

test('leaf hashes are those of Go', async () => {
  const entries = ['', 'a', '{"v":1}', 'x'.repeat(65_535)].map(utf8);
  const cases = entries.map((entry): GoCase => ({
    kind: 'leaf',
    entry,
    leaf: leafHash(sha256, entry),
  }));
  const wrong = cases.map((one) => ({ ...one, leaf: flip(one.leaf ?? raw, 5) }));
  const answers = await go.judge([...cases, ...wrong]);
  expect(answers.map((answer) => answer === 'ok')).toEqual([
    ...cases.map(() => true),
    ...wrong.map(() => false),
  ]);
});

const place = fc
  .tuple(fc.integer({ min: 1, max: 1000 }), fc.nat(), fc.nat(), fc.nat())
  .map(([size, at, hash, bit]) => ({ size, at: at % size, hash, bit }));

test('inclusion proofs: accepted as made; on each damaged one the two agree', async () => {
  const cases = fc.sample(place, 400).flatMap(({ size, at, hash, bit }): GoCase[] => {
    const proof = tree.inclusion(at, size);
    const good = { size, root: tree.root(size), index: at, leaf: leafAt(at), proof };
    const bad = [
      ...damaged(proof, hash, bit).map((list) => ({ ...good, proof: list })),
      { ...good, leaf: flip(good.leaf, bit) },
      { ...good, root: flip(good.root, bit) },
      { ...good, index: at + 1 },
      { ...good, size: size + 1 },
      { ...good, size: at },
    ];
    return [good, ...bad].map((one) => ({ kind: 'inclusion', ...one }));
  });
  const answers = await go.judge(cases);
  const ours = cases.map(({ index = 0, leaf = raw, proof = [], size = 0, root = raw }) =>
    verifyInclusion(sha256, { index, leaf }, proof, { size, root }),
  );
  expect(answers.map((answer) => answer === 'ok')).toEqual(ours);
  expect(ours.filter((isGood) => isGood).length).toBeGreaterThanOrEqual(400);
});

test('consistency proofs: accepted as made; on each damaged one the two agree', async () => {
  const places = fc.sample(place, 400).filter(({ at }) => at > 0);
  const cases = places.flatMap(({ size, at, hash, bit }): GoCase[] => {
    const proof = tree.consistency(at, size);
    const good = { size, root: tree.root(size), first: at, firstRoot: tree.root(at), proof };
    const bad = [
      ...damaged(proof, hash, bit).map((list) => ({ ...good, proof: list })),
      { ...good, root: flip(good.root, bit) },
      { ...good, firstRoot: flip(good.firstRoot, bit) },
      { ...good, first: at + 1 },
      { ...good, size: size + 1 },
      { ...good, first: size, size: at },
    ];
    return [good, ...bad].map((one) => ({ kind: 'consistency', ...one }));
  });
  const answers = await go.judge(cases);
  const ours = cases.map((one) => {
    const first = { size: one.first ?? 0, root: one.firstRoot ?? raw };
    return verifyConsistency(
      sha256,
      first,
      { size: one.size ?? 0, root: one.root ?? raw },
      one.proof ?? [],
    );
  });
  expect(answers.map((answer) => answer === 'ok')).toEqual(ours);
  expect(ours.filter((isGood) => isGood).length).toBeGreaterThanOrEqual(places.length);
});

test("Go's tile reader finds its way in our tiles, and checks each of them", async () => {
  // The proof of a single leaf needs no tile.
  const places = fc.sample(place, 60).filter(({ size }) => size > 1);
  const cases = places.flatMap(({ size, at, bit }): GoCase[] => {
    const tiles = new Map<string, Uint8Array>();
    for (const { level, index, width } of tilesBetween(0, size)) {
      const hashes = Array.from({ length: width }, (_, n) =>
        tree.hashOf({ level: level * TILE_HEIGHT, index: index * 256 + n }),
      );
      tiles.set(tilePath(level, index, width), Buffer.concat(hashes));
    }
    const good = { size, root: tree.root(size), index: at, leaf: leafAt(at), tiles };
    const bad = new Map([...tiles].map(([path, bytes]) => [path, flip(bytes, bit)]));
    return [good, { ...good, tiles: bad }].map((one) => ({ kind: 'tile', ...one }));
  });
  const answers = await go.judge(cases);
  const isGood = cases.map((_, index) => index % 2 === 0);
  expect(answers.map((answer) => answer === 'ok')).toEqual(isGood);
});
