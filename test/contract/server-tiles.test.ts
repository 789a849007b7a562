import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fromBase64 } from '../../common/bytes.ts';
import type { Checkpoint } from '../../common/checkpoint.ts';
import { type Receipt, consistencyAnswer, inclusionAnswer } from '../../common/receipt.ts';
import { verifierText } from '../../common/signed-note.ts';
import { tilePath, tilesBetween } from '../../common/tiles.ts';
import { growTree, leafHash, verifyConsistency, verifyInclusion } from '../../common/tree.ts';
import { openReceipt } from '../../main/adapters/signed-receipt.ts';
import { makeReceipt } from '../../server/ledger/receipt.ts';
import { type GoCase, buildGoVerifier } from '../support/go-verifier.ts';
import { opened, published } from '../support/ledger.ts';
import { storedTree } from '../support/stored-tree.ts';
import { askReceipt } from './ask-receipt.ts';
import {
  type Entry,
  type Lab,
  TestJournal,
  type TestStation,
  openLab,
  refusalOf,
  sha256,
} from './server-lab.ts';

let lab: Lab;
let station: TestStation;
let journal: TestJournal;
beforeEach(async () => {
  lab = await openLab();
  station = await lab.pairedStation();
  journal = new TestJournal(station.id);
});
afterEach(() => lab.close());

async function upload(count: number): Promise<Checkpoint> {
  const batch = Array.from({ length: count }, () => journal.append({ type: 'app.blocked' }));
  expect((await station.upload(batch)).status).toBe(200);
  return published(lab, journal.entries.length);
}

const get = async (url: string, token?: string) => {
  const { statusCode, headers, rawPayload, body } = await lab.app.inject({
    url: `/v1/log/${url}`,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });
  return { status: statusCode, headers, bytes: rawPayload, body };
};
const bytesOf = (list: readonly string[]) =>
  list.map((text) => fromBase64(text) ?? new Uint8Array(0));
const leavesOf = (entries: readonly Entry[]) =>
  entries.map(({ canonical }) => leafHash(sha256, canonical));

test('the checkpoint is the signed note, and not kept by anybody', async () => {
  const early = await openLab({ runsLedger: false });
  const nothing = await early.app.inject({ url: '/v1/log/checkpoint' });
  expect(nothing.json()).toMatchObject({ code: 'no-checkpoint' });
  await early.close();
  const checkpoint = await upload(3);
  const { status, headers, body } = await get('checkpoint');
  expect(status).toBe(200);
  expect(headers['content-type']).toBe('text/plain; charset=utf-8');
  expect(headers['cache-control']).toBe('no-store');
  expect(opened(body, lab.keys.publicJwk)).toEqual(checkpoint);
});

test('tiles and entry bundles of every width of the published tree', async () => {
  const { size } = await upload(300);
  const leaves = leavesOf(journal.entries);
  for (const { level, index, width } of tilesBetween(0, size)) {
    const { status, headers, bytes } = await get(`tile/${tilePath(level, index, width)}`);
    expect(status).toBe(200);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect(bytes).toHaveLength(width * 32);
    if (level === 0) {
      expect(bytes).toEqual(Buffer.concat(leaves.slice(index * 256, index * 256 + width)));
    }
    const name = tilePath('entries', index, width);
    if (level > 0) continue;
    expect((await get(`tile/${name}`)).status).toBe(401);
    const bundle = await get(`tile/${name}`, lab.keys.consoleToken);
    expect(bundle.headers['cache-control']).toBe('private, max-age=31536000, immutable');
    const entries: Buffer[] = [];
    for (let at = 0; at < bundle.bytes.length;) {
      const length = bundle.bytes.readUInt16BE(at);
      entries.push(bundle.bytes.subarray(at + 2, at + 2 + length));
      at += 2 + length;
    }
    expect(entries).toEqual(
      journal.entries
        .slice(index * 256, index * 256 + width)
        .map(({ canonical }) => Buffer.from(canonical)),
    );
  }
  expect((await get('tile/0/000.p/7')).bytes).toEqual(Buffer.concat(leaves.slice(0, 7)));
  for (const nothing of ['0/001.p/45', '0/001', '1/000', '2/000.p/1', '0/00', 'x', '0/000.p/256']) {
    expect((await get(`tile/${nothing}`)).status, nothing).toBe(404);
  }
});

test('proofs of any leaf and any size', async () => {
  const head = await upload(270);
  const tree = storedTree(leavesOf(journal.entries));
  for (const [index, size] of [
    [0, 1],
    [0, 270],
    [255, 256],
    [256, 270],
    [269, 270],
    [17, 100],
  ] as const) {
    const answer = inclusionAnswer.parse(
      JSON.parse((await get(`inclusion?index=${index}&size=${size}`)).body),
    );
    expect(answer).toMatchObject({ index, size });
    const leaf = fromBase64(answer.leaf) ?? new Uint8Array(0);
    const root = tree.root(size);
    const proof = bytesOf(answer.proof);
    expect(verifyInclusion(sha256, { index, leaf }, proof, { size, root })).toBe(true);
  }
  for (const from of [0, 1, 255, 256, 270]) {
    const answer = consistencyAnswer.parse(
      JSON.parse((await get(`consistency?from=${from}`)).body),
    );
    expect(answer.to).toBe(270);
    const first = { size: from, root: tree.root(from) };
    expect(verifyConsistency(sha256, first, head, bytesOf(answer.proof))).toBe(true);
  }
  for (const [url, field] of [
    ['inclusion?index=270', 'index'],
    ['inclusion?index=0&size=271', 'size'],
    ['consistency?from=271', 'from'],
    ['consistency?from=1&to=271', 'to'],
    ['consistency?from=2&to=1', 'from'],
  ] as const) {
    const refused = await get(url);
    expect(refusalOf({ ...refused, headers: {} })).toMatchObject({ code: 'out-of-tree', field });
  }
  for (const url of ['inclusion', 'inclusion?index=-1', 'inclusion?index=a', 'consistency']) {
    expect((await get(url)).status, url).toBe(400);
  }
});

test("Go's tlog and note take everything that is served", async () => {
  const first = await upload(150);
  const { origin, size, root } = await upload(400);
  const note = (await get('checkpoint')).body;
  const publicKey = fromBase64(
    `${lab.keys.publicJwk.x.replaceAll('-', '+').replaceAll('_', '/')}=`,
  );
  const key = verifierText(sha256, { name: origin, publicKey: publicKey ?? new Uint8Array(0) });
  const tiles = new Map<string, Uint8Array>();
  for (const { level, index, width } of tilesBetween(0, size)) {
    const name = tilePath(level, index, width);
    tiles.set(name, (await get(`tile/${name}`)).bytes);
  }
  const cases: GoCase[] = [{ kind: 'checkpoint', note, key, origin, size, root }];
  for (const index of [0, 149, 300, 549]) {
    const answer = inclusionAnswer.parse(JSON.parse((await get(`inclusion?index=${index}`)).body));
    const leaf = fromBase64(answer.leaf) ?? new Uint8Array(0);
    const entry = journal.entries[index]?.canonical ?? new Uint8Array(0);
    cases.push(
      { kind: 'leaf', entry, leaf },
      { kind: 'inclusion', index, leaf, size, root, proof: bytesOf(answer.proof) },
      { kind: 'tile', index, leaf, size, root, tiles },
    );
  }
  const grown = consistencyAnswer.parse(
    JSON.parse((await get(`consistency?from=${first.size}`)).body),
  );
  cases.push({
    kind: 'consistency',
    size,
    root,
    first: first.size,
    firstRoot: first.root,
    proof: bytesOf(grown.proof),
  });
  const go = buildGoVerifier();
  const answers = await go.judge(cases);
  go.remove();
  expect(answers).toEqual(cases.map(() => 'ok'));
});

describe('receipts', () => {
  const ask = (after: number, size: number, epoch = journal.epoch, last = 1000) =>
    askReceipt(lab, station, { epoch, after, last, size });

  /** Every sequence number that the receipt proves. */
  async function provenBy(answer: Receipt): Promise<number[]> {
    const head = opened(answer.checkpoint, lab.keys.publicJwk);
    const proven: number[] = [];
    for (const { seq, events, leaf, frontier, consistency } of answer.runs) {
      const tree = growTree(sha256, { size: leaf, nodes: bytesOf(frontier) });
      for (let n = seq; n < seq + events; n++) {
        tree.append(leafHash(sha256, journal.entries[n - 1]?.canonical ?? new Uint8Array(0)));
        proven.push(n);
      }
      const after = { size: tree.size, root: tree.root() };
      expect(verifyConsistency(sha256, after, head, bytesOf(consistency))).toBe(true);
    }
    return proven;
  }

  const upTo = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, n) => from + n);

  test('prove a station its own events, also among those of others', async () => {
    const other = await lab.pairedStation();
    const others = new TestJournal(other.id);
    await upload(5);
    await other.upload([1, 2, 3].map(() => others.append({ type: 'app.blocked' })));
    await published(lab, 8);
    const known = await published(lab, 8);
    const batch = [1, 2, 3].map(() => journal.append({ type: 'app.blocked' }));
    await station.upload(batch);
    await published(lab, 11);

    const whole = await ask(0, known.size);
    expect(await provenBy(whole)).toEqual(upTo(1, 8));
    const head = opened(whole.checkpoint, lab.keys.publicJwk);
    expect(verifyConsistency(sha256, known, head, bytesOf(whole.consistency))).toBe(true);
    expect(await provenBy(await ask(5, 0))).toEqual(upTo(6, 8));
    // From the middle of what came as one upload.
    expect(await provenBy(await ask(3, 0))).toEqual(upTo(4, 8));
    expect(await provenBy(await ask(8, 0))).toEqual([]);
    // No further than the station itself knows that the server has its events.
    expect(await provenBy(await ask(1, 0, journal.epoch, 4))).toEqual(upTo(2, 4));
    expect(await provenBy(await ask(4, 0, journal.epoch, 4))).toEqual([]);
    expect(await provenBy(await ask(7, 0, journal.epoch, 4))).toEqual([]);
    expect(await provenBy(await ask(0, 0, randomUUID()))).toEqual([]);
    expect(await ask(0, 1000)).toMatchObject({ consistency: [], renewals: [] });
  });

  test('go no further than the checkpoint that they hold', async () => {
    await upload(5);
    const older = lab.ledger.published();
    await upload(4);
    if (older === undefined) throw new Error('nothing is published');
    const query = { station: station.id, epoch: journal.epoch, after: 0, last: 9, size: 0 };
    expect(await provenBy(await makeReceipt(lab.store.read, older, query))).toEqual(upTo(1, 5));
  });

  test('hold what was disputed first and accepted later', async () => {
    const batch = upTo(1, 4).map(() => journal.append({ type: 'app.blocked' }));
    await station.upload(batch.slice(0, 1));
    expect((await station.upload(batch.slice(2, 3))).status).toBe(409);
    expect(await provenBy(await ask(0, (await published(lab, 2)).size))).toEqual([1]);
    await station.upload(batch);
    await published(lab, 4);
    expect(await provenBy(await ask(0, 0))).toEqual([1, 2, 3, 4]);
  });

  test('are for the station that signs, and come in portions', async () => {
    for (let n = 0; n < 20; n++) await upload(1);
    expect(await provenBy(await ask(0, 0))).toEqual(upTo(1, 16));
    expect(await provenBy(await ask(16, 0))).toEqual(upTo(17, 20));
    const stranger = await lab.pairedStation();
    const query = { epoch: journal.epoch, after: 0, last: 9, size: 0 };
    expect((await askReceipt(lab, stranger, query)).runs).toEqual([]);
    const url = `/v1/log/receipt?ask=${'a'.repeat(22)}&epoch=${journal.epoch}&after=0&last=9&size=0`;
    const unsigned = await lab.app.inject({ url });
    expect(unsigned.statusCode).toBe(401);
  });

  test('are signed for one question of one station, and for nothing else', async () => {
    await upload(2);
    const [ask, other] = ['a'.repeat(22), 'b'.repeat(22)];
    const url = `/v1/log/receipt?ask=${ask}&epoch=${journal.epoch}&after=0&last=2&size=0`;
    const { body, headers } = await station.request('GET', url);
    expect(headers['content-type']).toBe('application/jose');
    const mine = { station: station.id, ask };
    const open = (jws: string, question = mine) => openReceipt(jws, lab.keys.publicJwk, question);
    expect(await provenBy((await open(body)) as Receipt)).toEqual([1, 2]);
    expect(await open(body, { ...mine, ask: other })).toBeUndefined();
    expect(await open(body, { ...mine, station: randomUUID() })).toBeUndefined();
    const [head = '', payload = '', signature = ''] = body.split('.');
    const text = Buffer.from(payload, 'base64url').toString().replace(ask, other);
    const changed = [head, Buffer.from(text).toString('base64url'), signature].join('.');
    expect(await open(changed, { ...mine, ask: other })).toBeUndefined();
    const sheet = await station.request('GET', `/v1/commands?ask=${ask}&after=0`);
    expect(await open(sheet.body)).toBeUndefined();
    expect((await station.request('GET', url.replace(ask, 'short'))).status).toBe(400);
  });
});
