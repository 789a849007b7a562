import { sign } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fromBase64url, fromHex, utf8 } from '../../common/bytes.ts';
import { signCheckpoint } from '../../common/checkpoint.ts';
import { canonicalBytes, chainHash } from '../../common/event.ts';
import { growTree } from '../../common/tree.ts';
import { exportLedger } from '../../server/ledger/export.ts';
import type { Published } from '../../server/ledger/publisher.ts';
import { isGood, verifyExport } from '../../server/ledger/verify/verify-export.ts';
import type { Schema } from '../../server/store/schema.ts';
import { openRaw } from '../support/database.ts';
import { opened, published } from '../support/ledger.ts';
import {
  type Entry,
  type Lab,
  TestJournal,
  type TestStation,
  openLab,
  sha256,
} from './server-lab.ts';
import { serverCommand } from './server-process.ts';

let lab: Lab;
let folder: string;
let stations: TestStation[];
let journals: TestJournal[];
/** In the order of the tree: a portion of each station in turn, an access at the end of each. */
let entries: Entry[];
let half: Published | undefined;

beforeEach(async () => {
  lab = await openLab();
  folder = await mkdtemp(path.join(tmpdir(), 'wardlock-export-'));
  stations = [await lab.pairedStation(), await lab.pairedStation()];
  journals = stations.map(({ id }) => new TestJournal(id));
  entries = [];
  for (let round = 0; round < 4; round++) {
    for (const [index, station] of stations.entries()) {
      const journal = journals[index];
      if (journal === undefined) throw new Error('a journal');
      const batch = [1, 2, 3, 4].map(() => journal.append({ type: 'app.blocked' }));
      batch.push(journal.access(lab.nurse));
      expect((await station.upload(batch)).status).toBe(200);
      entries.push(...batch);
      await published(lab, entries.length);
      if (entries.length === 20) half = lab.ledger.published();
    }
  }
});
afterEach(async () => {
  await lab.close();
  await rm(folder, { recursive: true });
});

/** Exports what is in the database under a checkpoint, and verifies it. */
async function verify(trusted: readonly string[] = [], shown = lab.ledger.published()) {
  if (shown === undefined) throw new Error('nothing is published');
  const out = path.join(folder, 'out');
  await rm(out, { recursive: true, force: true });
  const now = Date.now();
  const { keys } = lab;
  const { read } = lab.store;
  const made = await exportLedger({ read, keys, published: shown, folder: out, now });
  if (!made.ok) throw new Error(made.error);
  const notes = trusted.map((note, index) => ({ name: `trusted-${index}`, note }));
  const report = await verifyExport(out, notes);
  if (!report.ok) throw new Error(report.error);
  return report.value;
}

/** Somebody with a password of the database. */
async function byHand(work: (db: Kysely<Schema>) => Promise<unknown>): Promise<void> {
  const db = openRaw(lab);
  await work(db);
  await db.destroy();
}

const entryAt = (leaf: number): Entry => {
  const entry = entries[leaf];
  if (entry === undefined) throw new RangeError(`no leaf ${leaf}`);
  return entry;
};
const nameOf = (leaf: number) => {
  const { station, epoch, seq } = entryAt(leaf).event;
  return { station, epoch, seq };
};
const put = (db: Kysely<Schema>, leaf: number, canonical: Uint8Array, hash?: string) =>
  db
    .updateTable('events')
    .set({ canonical, ...(hash === undefined ? {} : { hash }) })
    .where('hash', '=', entryAt(leaf).hash)
    .execute();
const remove = (db: Kysely<Schema>, leaf: number) =>
  db.deleteFrom('events').where('hash', '=', entryAt(leaf).hash).execute();

test('the export of a whole ledger verifies, also against checkpoints that others kept', async () => {
  const [first] = stations;
  const [journal] = journals;
  if (first === undefined || journal === undefined) throw new Error('a station');
  // What the server has flagged comes along with its flag.
  const before = journal.append({ type: 'app.blocked' });
  const bare = journal.append({ type: 'session.opened', member: lab.nurse.person });
  const fork = journal.craft({ type: 'app.crashed' }, { seq: 2, prev: entryAt(0).hash });
  await first.upload([before, bare]);
  await first.upload([fork]);
  await published(lab, 43);
  const report = await verify([half?.note ?? '', lab.ledger.published()?.note ?? '']);
  expect(report).toMatchObject({
    isTreeWhole: true,
    finding: undefined,
    events: 43,
    journals: 2,
    accesses: 8,
    unproven: 1,
    disputed: 1,
  });
  expect(report.trusted.map(({ verdict }) => verdict)).toEqual(['holds', 'holds']);
  expect(isGood(report)).toBe(true);
  const lines = await readFile(path.join(folder, 'out', 'events.ndjson'), 'utf8');
  const expected = [...entries, before, bare, fork].map(({ canonical }) => Buffer.from(canonical));
  expect(lines).toBe(expected.map((line) => `${line.toString('utf8')}\n`).join(''));
});

describe('a row that was changed by hand is the first event that fails', () => {
  const changed = (leaf: number) => canonicalBytes({ ...entryAt(leaf).event, outcome: 'failure' });

  test('edited', async () => {
    await byHand((db) => put(db, 12, changed(12)));
    const report = await verify();
    expect(report.finding).toMatchObject({ kind: 'edited', leaf: 12, event: nameOf(12) });
  });

  test('edited with its hash', async () => {
    await byHand((db) => put(db, 38, changed(38), chainHash(sha256, changed(38))));
    const report = await verify();
    expect(report.finding).toMatchObject({ kind: 'edited', leaf: 38, event: nameOf(38) });
  });

  test('edited with its hash and its leaf', async () => {
    const hash = chainHash(sha256, changed(12));
    await byHand(async (db) => {
      await put(db, 12, changed(12), hash);
      const row = await db.selectFrom('ledger_tiles').selectAll().executeTakeFirstOrThrow();
      const hashes = Uint8Array.from(row.hashes);
      hashes.set(fromHex(hash), 12 * 32);
      await db.updateTable('ledger_tiles').set({ hashes }).execute();
    });
    const report = await verify();
    expect(report.isTreeWhole).toBe(false);
    expect(report.finding).toMatchObject({ kind: 'edited-before', leaf: 12, event: nameOf(12) });
  });

  test('deleted', async () => {
    await byHand((db) => remove(db, 12));
    const report = await verify();
    expect(report.finding).toMatchObject({ kind: 'deleted', leaf: 12, event: nameOf(12) });
  });

  test('swapped', async () => {
    await byHand(async (db) => {
      await put(db, 11, entryAt(13).canonical);
      await put(db, 13, entryAt(11).canonical);
    });
    const report = await verify();
    expect(report.finding).toMatchObject({ kind: 'swapped', leaf: 11 });
  });

  test('truncated', async () => {
    await byHand(async (db) => {
      for (const leaf of [37, 38, 39]) await remove(db, leaf);
    });
    const report = await verify([half?.note ?? '']);
    expect(report.finding).toEqual({ kind: 'truncated', leaf: 37 });
    expect(isGood(report)).toBe(false);
  });

  test('truncated back to a genuine older checkpoint: a trusted one tells', async () => {
    const newest = lab.ledger.published()?.note ?? '';
    const report = await verify([newest], half);
    expect(report.finding).toBeUndefined();
    expect(report.trusted).toMatchObject([{ size: 40, verdict: 'cut-off' }]);
    expect(isGood(report)).toBe(false);
    expect(isGood(await verify([half?.note ?? ''], half))).toBe(true);
  });

  test('re-signed with the server’s own key, chains and tree made anew', async () => {
    const newest = lab.ledger.published()?.note ?? '';
    const { origin, size } = opened(newest, lab.keys.publicJwk);
    const station = entryAt(12).event.station;
    let prev: string | undefined;
    const forged = entries.map((entry, leaf) => {
      if (leaf < 12 || entry.event.station !== station) return entry;
      const event = {
        ...entry.event,
        ...(leaf === 12 ? { outcome: 'failure' as const } : {}),
        ...(prev === undefined ? {} : { prev }),
      };
      const canonical = canonicalBytes(event);
      prev = chainHash(sha256, canonical);
      return { event, canonical, hash: prev };
    });
    const tree = growTree(sha256);
    for (const { hash } of forged) tree.append(fromHex(hash));
    const note = await signCheckpoint(
      sha256,
      { origin, size, root: tree.root() },
      fromBase64url(lab.keys.publicJwk.x),
      async (message) => sign(null, message, lab.keys.signing),
    );
    await byHand(async (db) => {
      for (const [leaf, { canonical, hash }] of forged.entries()) {
        if (hash !== entryAt(leaf).hash) await put(db, leaf, canonical, hash);
      }
      const hashes = Buffer.concat(forged.map(({ hash }) => fromHex(hash)));
      await db.updateTable('ledger_tiles').set({ hashes }).execute();
    });

    const checkpoint = opened(note, lab.keys.publicJwk);
    const report = await verify([half?.note ?? '', newest], { note, checkpoint });
    expect(report.isTreeWhole).toBe(true);
    // The key of the nurse signed the next access at another place of the journal.
    expect(report.finding).toMatchObject({ kind: 'unproven', reason: 'challenge', leaf: 14 });
    expect(report.finding?.event).toMatchObject(nameOf(14));
    expect(report.trusted.map(({ verdict }) => verdict)).toEqual(['rewritten', 'rewritten']);
  });
});

test(
  'the commands, beside a running server: export, then verify against what somebody kept',
  { timeout: 300_000 },
  async () => {
    const out = path.join(folder, 'export');
    const place = ['--data', lab.data, ...(lab.database ? ['--database', lab.database] : [])];
    const made = await serverCommand('export', ...place, '--out', out);
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(made.stdout).toMatch(/^40 entries of localhost\/wardlock\/\S+ are in /);
    const again = await serverCommand('export', ...place, '--out', out);
    expect(again).toMatchObject({ code: 2, stdout: '' });
    expect(again.stderr).toContain('which is not empty');

    const kept = path.join(folder, 'kept');
    await writeFile(kept, half?.note ?? '');
    const verified = await serverCommand('verify', out, '--checkpoint', kept);
    expect(verified.stdout).toContain(`Trusted checkpoint ${kept} (20) holds`);
    expect(verified.code).toBe(0);

    const events = path.join(out, 'events.ndjson');
    const text = await readFile(events, 'utf8');
    await writeFile(events, utf8(text.replace('"outcome":"success"', '"outcome":"failure"')));
    const edited = await serverCommand('verify', out);
    expect(edited.code).toBe(1);
    expect(edited.stdout).toContain('at leaf 0: its bytes are not those that the tree holds');
  },
);
