import { randomUUID } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { fromBase64url, toBase64, toHex, utf8 } from '../../common/bytes.ts';
import { type Checkpoint, openCheckpoint } from '../../common/checkpoint.ts';
import { continuationBytes } from '../../common/continuation.ts';
import type { Receipt } from '../../common/receipt.ts';
import { leafHash } from '../../common/tree.ts';
import { makeLogKey } from '../../test/support/export-folder.ts';
import { receiptOf } from '../../test/support/receipts.ts';
import { verifyEd25519 } from '../adapters/ed25519.ts';
import { sha256 } from '../adapters/sha256.ts';
import { type OwnKnowledge, judgeReceipt } from './witness.ts';

const key = makeLogKey();
const ports = { sha256, verify: verifyEd25519, serverKey: fromBase64url(key.jwk.x) };
const origin = 'localhost/log';

/** Ten entries of others, five of this station (leaves 10 to 14), five more of others. */
const entries = Array.from({ length: 20 }, () => utf8(randomUUID()));
const ours = entries.slice(10, 15).map((entry) => toHex(leafHash(sha256, entry)));
const hashes = (first: number, last: number) =>
  last <= ours.length ? ours.slice(first - 1, last) : undefined;
const runs = [
  { seq: 1, leaf: 10, events: 2 },
  { seq: 3, leaf: 12, events: 3 },
];

const seenAt = async (size: number, list = entries): Promise<Checkpoint> => {
  const { checkpoint } = await receiptOf(key, list.slice(0, size));
  const opened = openCheckpoint(ports, checkpoint, ports.serverKey);
  if (!opened.ok) throw new Error(opened.error);
  return opened.value;
};
const judge = (answer: Receipt, own: Partial<OwnKnowledge> = {}) =>
  judgeReceipt(ports, answer, { seen: undefined, after: 0, hashes, ...own });
const flip = (text: string) => toBase64(Uint8Array.from(Buffer.from(text, 'base64')).fill(7, 3, 5));

test('the first checkpoint is taken as it is, the next ones with proof', async () => {
  const first = judge(await receiptOf(key, entries.slice(0, 9)));
  expect(first).toMatchObject({ ok: true, value: { proven: 0, restored: undefined } });
  for (const size of [0, 1, 8, 9, 19, 20]) {
    const seen = await seenAt(size);
    const next = judge(await receiptOf(key, entries, { seen: size }), { seen });
    expect(next).toMatchObject({ ok: true, value: { checkpoint: { size: 20, origin } } });
  }
});

test('own events are proven in their order', async () => {
  const whole = await receiptOf(key, entries, { runs });
  expect(judge(whole)).toMatchObject({ value: { proven: 5 } });
  const rest = await receiptOf(key, entries, { runs: runs.slice(1) });
  expect(judge(rest, { after: 2 })).toMatchObject({ value: { proven: 5 } });
});

test('a good receipt for another question looks like a fault: no such one may come here', async () => {
  const seen = await seenAt(20);
  const ofAnOlderTree = await receiptOf(key, entries, { seen: 9 });
  expect(judge(ofAnOlderTree, { seen })).toEqual({ ok: false, error: 'fork' });
  const ofProvenEvents = await receiptOf(key, entries, { seen: 20, runs });
  expect(judge(ofProvenEvents, { seen })).toMatchObject({ ok: true });
  expect(judge(ofProvenEvents, { seen, after: 5 })).toEqual({ ok: false, error: 'not-included' });
});

describe('what is not believed', () => {
  test('a checkpoint of another key, or edited', async () => {
    const other = await receiptOf(makeLogKey(), entries);
    expect(judge(other)).toEqual({ ok: false, error: 'signature' });
    const answer = await receiptOf(key, entries);
    const edited = answer.checkpoint.replace('\n20\n', '\n21\n');
    expect(judge({ ...answer, checkpoint: edited })).toEqual({ ok: false, error: 'signature' });
    const long = await receiptOf(key, entries, { origin: 'x'.repeat(129) });
    expect(judge(long)).toEqual({ ok: false, error: 'signature' });
  });

  test('a fork: another entry among those that were seen', async () => {
    const seen = await seenAt(9);
    const forked = entries.map((entry, leaf) => (leaf === 4 ? utf8('another') : entry));
    const answer = await receiptOf(key, forked, { seen: 9 });
    expect(judge(answer, { seen })).toEqual({ ok: false, error: 'fork' });
    const same = await receiptOf(key, forked.slice(0, 9), { seen: 9 });
    expect(judge(same, { seen })).toEqual({ ok: false, error: 'fork' });
  });

  test('a proof of consistency that is damaged or missing', async () => {
    const seen = await seenAt(9);
    const answer = await receiptOf(key, entries, { seen: 9 });
    const [first = '', ...rest] = answer.consistency;
    for (const consistency of [[flip(first), ...rest], rest, []]) {
      expect(judge({ ...answer, consistency }, { seen })).toEqual({ ok: false, error: 'fork' });
    }
  });

  test('a smaller tree is behind', async () => {
    const answer = await receiptOf(key, entries.slice(0, 9), { seen: 15 });
    expect(judge(answer, { seen: await seenAt(15) })).toEqual({ ok: false, error: 'behind' });
  });

  test('events that are not where the server says', async () => {
    const answer = await receiptOf(key, entries, { runs });
    const [first, second] = answer.runs;
    if (first === undefined || second === undefined) throw new Error('two runs');
    const [node = '', ...nodes] = first.frontier;
    const damaged: Receipt['runs'][] = [
      [{ ...first, leaf: 9 }, second],
      [{ ...first, frontier: [flip(node), ...nodes] }, second],
      [{ ...first, frontier: nodes }, second],
      [{ ...first, consistency: first.consistency.slice(1) }, second],
      // Not the next of its events; more than this station has written.
      [second, first],
      [first, { ...second, events: 4 }],
      [first, { ...second, seq: 2 }],
    ];
    for (const bad of damaged) {
      expect(judge({ ...answer, runs: bad })).toEqual({ ok: false, error: 'not-included' });
    }
    const other = (from: number, to: number) =>
      hashes(from, to)?.map((hash) => hash.replace(/^../, 'zz').replace('zz', '00'));
    expect(judge(answer, { hashes: other })).toEqual({ ok: false, error: 'not-included' });
  });
});

describe('a new origin', () => {
  const at = new Date(0).toISOString();
  const renewed = async (lostSize = 15) => {
    const after = await seenAt(lostSize);
    return continuationBytes({ at, origin: 'localhost/two', before: origin, after });
  };
  /** A backup of the first eight entries; the tree was at 15, and has grown by three since. */
  const tree = async () => [...entries.slice(0, 8), await renewed(), ...entries.slice(15, 18)];
  const asked = { origin: 'localhost/two', renewals: [8] };

  test('is taken where it continues or names what was seen', async () => {
    for (const [size, lost] of [
      [5, 0],
      [8, 0],
      [11, 3],
      [15, 7],
    ] as const) {
      const answer = await receiptOf(key, await tree(), { ...asked, seen: size });
      const judged = judge(answer, { seen: await seenAt(size) });
      expect(judged).toMatchObject({ ok: true, value: { restored: { lost } } });
    }
    // From then on it is the origin that was seen.
    const answer = await receiptOf(key, await tree(), { ...asked, seen: 12 });
    const opened = openCheckpoint(ports, answer.checkpoint, ports.serverKey);
    if (!opened.ok) throw new Error(opened.error);
    const later = judge(answer, { seen: opened.value });
    expect(later).toMatchObject({ ok: true, value: { restored: undefined } });
  });

  test('is taken after an origin that was lost altogether', async () => {
    const { root } = await seenAt(12);
    const seen = { origin: 'localhost/lost', size: 12, root };
    const record = continuationBytes({ at, origin: 'localhost/two', before: origin, after: seen });
    const answer = await receiptOf(key, [...entries.slice(0, 8), record], { ...asked, seen: 12 });
    expect(judge(answer, { seen })).toMatchObject({ ok: true, value: { restored: { lost: 4 } } });
  });

  test('is not taken without its record in the tree, or where the record hides something', async () => {
    const seen = await seenAt(15);
    const answer = await receiptOf(key, await tree(), { ...asked, seen: 15 });
    const bare = { ...answer, renewals: [] };
    expect(judge(bare, { seen })).toEqual({ ok: false, error: 'other-log' });
    const [renewal] = answer.renewals;
    if (renewal === undefined) throw new Error('a renewal');
    const forged = [
      { ...renewal, leaf: 9 },
      { ...renewal, record: renewal.record.replace('"size":15', '"size":16') },
      { ...renewal, record: '{"v":1}' },
      { ...renewal, proof: renewal.proof.slice(1) },
    ];
    for (const one of forged) {
      const judged = judge({ ...answer, renewals: [one] }, { seen });
      expect(judged).toEqual({ ok: false, error: 'proof' });
    }
    const less = [...entries.slice(0, 8), await renewed(14), ...entries.slice(15, 18)];
    const hiding = judge(await receiptOf(key, less, asked), { seen });
    expect(hiding).toEqual({ ok: false, error: 'fork' });
    const elsewhere = await receiptOf(key, await tree(), { ...asked, origin: 'localhost/three' });
    expect(judge(elsewhere, { seen })).toEqual({ ok: false, error: 'other-log' });
  });

  test('with changed entries from before the backup is a fork', async () => {
    const changed = [utf8('another'), ...(await tree()).slice(1)];
    const answer = await receiptOf(key, changed, { ...asked, seen: 5 });
    expect(judge(answer, { seen: await seenAt(5) })).toEqual({ ok: false, error: 'fork' });
  });
});
