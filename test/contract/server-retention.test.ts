import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Kysely } from 'kysely';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { fromBase64, fromHex } from '../../common/bytes.ts';
import { inclusionAnswer } from '../../common/receipt.ts';
import { verifyInclusion } from '../../common/tree.ts';
import { exportLedger } from '../../server/ledger/export.ts';
import { type Report, isGood, verifyExport } from '../../server/ledger/verify/verify-export.ts';
import { createLog } from '../../server/log.ts';
import { startRetention } from '../../server/retention/job.ts';
import { removeOldBodies } from '../../server/retention/remove.ts';
import type { Schema } from '../../server/store/schema.ts';
import { openRaw } from '../support/database.ts';
import { published } from '../support/ledger.ts';
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
import { serverCommand } from './server-process.ts';

const DAY_MS = 24 * 3_600_000;
let lab: Lab;
let folder: string;
let station: TestStation;
let journal: TestJournal;
/** What the server was told before seven years went by: leaves 0 to 9. */
let old: Entry[];
let kept: string;
const begin = Date.UTC(2019, 0, 1);

/** Events of a minute each, as the station's clock has it. */
async function upload(
  drafts: Parameters<TestJournal['append']>[0][],
  at = lab.clock.ms,
): Promise<Entry[]> {
  const entries = drafts.map((draft, n) =>
    journal.append(draft, { at: new Date(at + n * 60_000).toISOString() }),
  );
  await station.fetchNonce();
  expect((await station.upload(entries)).status).toBe(200);
  await published(lab, journal.entries.length);
  return entries;
}
const blocked = (count: number) =>
  Array.from({ length: count }, () => ({ type: 'app.blocked' as const }));

beforeEach(async () => {
  lab = await openLab();
  folder = await mkdtemp(path.join(tmpdir(), 'wardlock-retention-'));
  lab.clock.ms = begin;
  station = await lab.pairedStation();
  journal = new TestJournal(station.id);
  old = await upload(blocked(9));
  const access = journal.access(lab.nurse);
  // Its own clock has its place in the journal.
  expect((await station.upload([access])).status).toBe(200);
  old.push(access);
  kept = (await published(lab, 10), lab.ledger.published()?.note ?? '');
  lab.clock.ms = begin + 7 * 365 * DAY_MS;
});
afterEach(async () => {
  await lab.close();
  await rm(folder, { recursive: true });
});

const place = () => ['--data', lab.data, ...(lab.database ? ['--database', lab.database] : [])];
const run = (isDryRun = false) => removeOldBodies(lab.store, { now: lab.clock.ms, isDryRun });
async function byHand<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
  const db = openRaw(lab);
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}
const rows = () => byHand((db) => db.selectFrom('events').selectAll().orderBy('id').execute());
const bodies = async () => (await rows()).filter(({ canonical }) => canonical.length > 0).length;

async function exported(size: number): Promise<string> {
  await published(lab, size);
  const shown = lab.ledger.published();
  if (shown === undefined) throw new Error('nothing is published');
  const out = path.join(folder, randomUUID());
  const { keys } = lab;
  const { read } = lab.store;
  const made = await exportLedger({ read, keys, published: shown, folder: out, now: lab.clock.ms });
  if (!made.ok) throw new Error(made.error);
  return out;
}
async function reportOf(out: string): Promise<Report> {
  const report = await verifyExport(out, [{ name: 'kept', note: kept }]);
  if (!report.ok) throw new Error(report.error);
  return report.value;
}

test('old bodies go, and everything about them can be proven as before', async () => {
  const young = await upload(blocked(3));
  // The access says by its own clock that it is of today.
  expect(await run()).toMatchObject({ keepDays: 2192, removed: 9, kept: {} });
  expect(await run()).toMatchObject({ removed: 0 });
  const stored = await rows();
  expect(stored.slice(0, 9)).toEqual(
    old.slice(0, 9).map(({ event, hash }) =>
      expect.objectContaining({
        seq: event.seq,
        hash,
        at: '',
        outcome: '',
        member: null,
        canonical: Buffer.alloc(0),
      }),
    ),
  );

  const { size, root } = await published(lab, 14);
  expect(size).toBe(14);
  for (const [index, entry] of old.entries()) {
    const { body } = await lab.send({
      method: 'GET',
      url: `/v1/log/inclusion?index=${index}`,
      headers: {},
    });
    const { proof } = inclusionAnswer.parse(JSON.parse(body));
    const hashes = proof.map((one) => fromBase64(one) ?? new Uint8Array());
    expect(
      verifyInclusion(sha256, { index, leaf: fromHex(entry.hash) }, hashes, { size, root }),
    ).toBe(true);
  }
  const query = { epoch: journal.epoch, after: 0, last: 13, size: 10 };
  const answer = await askReceipt(lab, station, query);
  expect(answer.renewals).toEqual([]);
  expect(answer.runs.map(({ seq, events }) => [seq, events])).toEqual([
    [1, 9],
    [10, 1],
    [11, 3],
  ]);

  const out = await exported(14);
  const lines = (await readFile(path.join(out, 'events.ndjson'), 'utf8')).trim().split('\n');
  expect(lines).toHaveLength(5);
  expect(lines[0]).toBe(Buffer.from(old[9]?.canonical ?? []).toString());
  expect(lines[1]).toBe(Buffer.from(young[0]?.canonical ?? []).toString());
  expect(JSON.parse(lines[4] ?? '')).toMatchObject({
    type: 'log.removed',
    keepDays: 2192,
    runs: [[0, 9]],
  });
  const report = await reportOf(out);
  expect(report).toMatchObject({
    events: 13,
    removed: 9,
    journals: 1,
    accesses: 1,
    isTreeWhole: true,
  });
  expect(report.trusted).toMatchObject([{ size: 10, verdict: 'holds' }]);
  expect(isGood(report)).toBe(true);
});

test('what was removed is acknowledged when it comes again, and found no more', async () => {
  await run();
  await station.fetchNonce();
  const again = await station.upload(old);
  expect(again.status).toBe(200);
  expect(JSON.parse(again.body)).toMatchObject({ accepted: 0, seq: 10 });
  expect(await bodies()).toBe(1);
  expect(await lab.store.read.searchEvents({ limit: 100 })).toHaveLength(1);
  expect(await lab.store.read.searchEvents({ from: '2019-01-01', limit: 100 })).toHaveLength(1);
  expect(await lab.store.read.events({ limit: 100 })).toHaveLength(1);
  expect((await lab.console('/v1/console/overview')).status).toBe(200);
  await published(lab, 11);
  const bundle = await lab.console('/v1/log/tile/entries/000.p/11');
  expect([bundle.status, refusalOf(bundle).code]).toEqual([410, 'entries-removed']);
  await byHand((db) => db.deleteFrom('events').where('seq', '=', 10).execute());
  expect((await lab.console('/v1/log/tile/entries/000.p/11')).status).toBe(500);
});

test('a dry run tells the same and changes nothing', async () => {
  const before = await rows();
  expect(await run(true)).toMatchObject({ removed: 9, kept: {} });
  expect(await rows()).toEqual(before);
  expect(await lab.store.read.removals()).toEqual([]);
  expect(await run()).toMatchObject({ removed: 9 });
});

describe('what stays', () => {
  test('what is young by either clock', async () => {
    const late = begin + 366 * DAY_MS;
    lab.clock.ms = late + 2191 * DAY_MS;
    await upload(blocked(2), begin);
    // From long ago by their own clock, but received today; the access is from today by its own.
    expect(await run()).toMatchObject({ removed: 9, kept: { 'received-later': 2 } });
    expect(await bodies()).toBe(3);
  });

  test('what policy keeps longer', async () => {
    await lab.store.write((tx) => tx.setKeepDays(7 * 365));
    expect(await run()).toMatchObject({ keepDays: 7 * 365, removed: 0 });
    lab.clock.ms += 4 * 60_000;
    expect(await run()).toMatchObject({ removed: 4 });
    expect((await rows()).map(({ canonical }) => canonical.length > 0)).toEqual([
      ...Array.from({ length: 4 }, () => false),
      ...Array.from({ length: 6 }, () => true),
    ]);
  });

  test('what is disputed, and the journal that is disputed until somebody has judged it', async () => {
    lab.clock.ms = begin + DAY_MS;
    const at = new Date(lab.clock.ms).toISOString();
    const fork = journal.craft({ type: 'app.crashed' }, { seq: 2, prev: old[0]?.hash ?? '', at });
    await station.fetchNonce();
    expect((await station.upload([fork])).status).toBe(409);
    await published(lab, 11);
    lab.clock.ms = begin + 7 * 365 * DAY_MS;
    expect(await run()).toMatchObject({ removed: 0, kept: { disputed: 10 } });
    await lab.store.write((tx) => tx.approveEpoch(station.id, 'Ann', 'now'));
    expect(await run()).toMatchObject({ removed: 8, kept: { disputed: 1, alert: 1 } });
    expect(isGood(await reportOf(await exported(12)))).toBe(true);
  });

  test('what an open alert is about', async () => {
    const alert = {
      id: 'a',
      kind: 'unproven' as const,
      station: station.id,
      epoch: journal.epoch,
      seq: 3,
    };
    await lab.store.write((tx) => tx.addAlerts([alert], 'now'));
    expect(await run()).toMatchObject({ removed: 8, kept: { alert: 1 } });
    await published(lab, 11);
    expect(isGood(await reportOf(await exported(11)))).toBe(true);
    await lab.store.write((tx) => tx.acknowledgeAlerts('a', 'Ann', 'now'));
    expect(await run()).toMatchObject({ removed: 1, kept: {} });
    expect(isGood(await reportOf(await exported(12)))).toBe(true);
  });

  test('an emergency access, with all of its session', async () => {
    const session = randomUUID();
    const row = (seq: number) => ({ ...old[seq - 1]?.event, session });
    await byHand(async (db) => {
      for (const seq of [4, 6]) {
        const canonical = Buffer.from(JSON.stringify(row(seq)));
        await db.updateTable('events').set({ canonical }).where('seq', '=', seq).execute();
      }
      await db
        .updateTable('events')
        .set({ type: 'breakglass.started' })
        .where('seq', '=', 4)
        .execute();
      await db
        .updateTable('events')
        .set({ type: 'breakglass.ended' })
        .where('seq', '=', 7)
        .execute();
    });
    expect(await run()).toMatchObject({ removed: 6, kept: { emergency: 3 } });
  });

  test('what no signed checkpoint holds', async () => {
    await byHand((db) => db.updateTable('ledger').set({ note_size: 5 }).execute());
    expect(await run()).toMatchObject({ removed: 5, kept: { 'not-in-tree': 4 } });
  });
});

describe('a body that somebody else removed', () => {
  const empty = (seq: number) =>
    byHand((db) =>
      db
        .updateTable('events')
        .set({ canonical: new Uint8Array(), at: '' })
        .where('seq', '=', seq)
        .execute(),
    );

  test('is missing, whether it looks like a removed one or not', async () => {
    await upload(blocked(3));
    await run();
    await published(lab, 14);
    await empty(12);
    const report = await reportOf(await exported(14));
    expect(report.finding).toMatchObject({ kind: 'deleted', leaf: 11, event: { seq: 12 } });
    expect(isGood(report)).toBe(false);
  });

  test('is not explained by the export itself', async () => {
    await upload(blocked(3));
    await run();
    await published(lab, 14);
    const out = await exported(14);
    const file = path.join(out, 'events.ndjson');
    const lines = (await readFile(file, 'utf8')).split('\n');
    await writeFile(file, lines.filter((line) => !line.includes('"seq":12,')).join('\n'));
    const more = { leaf: 11, entries: 1, station: station.id, epoch: journal.epoch, seq: 12 };
    const removed = path.join(out, 'removed.ndjson');
    await writeFile(removed, `${await readFile(removed, 'utf8')}${JSON.stringify(more)}\n`);
    const report = await reportOf(out);
    expect(report.finding).toMatchObject({ kind: 'removed-untold', leaf: 11, event: { seq: 12 } });
    expect(isGood(report)).toBe(false);
  });

  test('an export that retention has overtaken is not made', async () => {
    const shown = lab.ledger.published();
    if (shown === undefined) throw new Error('nothing is published');
    await run();
    await published(lab, 11);
    const { keys } = lab;
    const { read } = lab.store;
    const made = await exportLedger({ read, keys, published: shown, folder, now: lab.clock.ms });
    expect(made).toEqual({
      ok: false,
      error: 'Retention has removed bodies meanwhile: export once more.',
    });
  });
});

test('processes that remove at once remove each body once', { timeout: 300_000 }, async () => {
  lab.clock.ms = begin + DAY_MS;
  for (let n = 0; n < 4; n++) await upload(blocked(900));
  // The clock of the access, and that it goes back behind it.
  await lab.store.write((tx) => tx.acknowledgeAlerts(undefined, 'Ann', 'now'));
  const one = () => serverCommand('admin', 'retention', 'run', '--json', ...place());
  const done = await Promise.all([one(), one(), one()]);
  const counts = done.map(({ stdout }) => JSON.parse(stdout).removed as number);
  expect(counts.reduce((a, b) => a + b)).toBe(3609);
  const told = (await lab.store.read.removals()).map(
    ({ record }) => JSON.parse(Buffer.from(record ?? []).toString()).runs as [number, number][],
  );
  expect(told.flat().reduce((sum, [, entries]) => sum + entries, 0)).toBe(3609);
  expect(await bodies()).toBe(1);
  const report = await reportOf(await exported(3610 + told.length));
  expect(report).toMatchObject({ removed: 3609, finding: undefined });
});

test('a server does it by itself, and ends in the middle of it', async () => {
  let logged = '';
  const log = createLog({ write: (line: string) => void (logged += line) });
  const job = startRetention({ store: lab.store, now: () => lab.clock.ms, log, firstMs: 0 });
  while (!logged.includes('old bodies removed'))
    await new Promise((resolve) => setTimeout(resolve, 20));
  await job.close();
  expect(await bodies()).toBe(1);
});

test('the commands: for how long, a dry run, and who did it', { timeout: 300_000 }, async () => {
  const admin = (...words: string[]) => serverCommand('admin', ...words, ...place());
  const short = await admin('retention', 'keep', '30');
  expect(short).toMatchObject({
    code: 2,
    stderr: '--days is 30; allowed is a whole number from 365 to 36500.\n',
  });
  expect((await admin('retention', 'keep', '1000', '--as', 'Ann')).stdout).toContain(
    'for 1000 days',
  );
  const dry = await admin('retention', 'run', '--dry-run');
  expect(dry.stdout).toContain('9 would be removed; nothing was changed.');
  expect(await bodies()).toBe(10);
  const wet = JSON.parse((await admin('retention', 'run', '--json', '--as', 'Ben')).stdout);
  expect(wet).toMatchObject({ keepDays: 1000, removed: 9, kept: {} });
  expect(await bodies()).toBe(1);
  const { actions } = JSON.parse((await admin('log', '--json')).stdout);
  expect(actions).toMatchObject([
    { who: 'Ben', action: 'retention.run', detail: { removed: 9, keepDays: 1000 } },
    { who: 'Ann', action: 'retention.keep', detail: { before: 2192, now: 1000 } },
  ]);
  const out = path.join(folder, 'out');
  await published(lab, 11);
  const made = await serverCommand('export', ...place(), '--out', out);
  expect(made.stdout).toContain('retention has removed the bodies of 9');
  const verified = await serverCommand('verify', out);
  expect(verified.stdout).toContain('Retention has removed the bodies of 9 events');
  expect(verified.stdout).toMatch(/Kept for 1000 days; removed from \S+ to \S+: leaves 0-8\.\n/);
  expect(verified.stdout).toMatch(/\nVERIFIED\n$/);
});
