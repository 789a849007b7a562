import { copyFile, mkdir, mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync, gzipSync } from 'node:zlib';
import { type Kysely, sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { eventsResponse } from '../../common/wire.ts';
import { buildApp } from '../../server/app.ts';
import { lineOf, sum } from '../../server/backup/format.ts';
import { checkBackup } from '../../server/backup/read.ts';
import { openSnapshot } from '../../server/backup/snapshot.ts';
import { writeBackup } from '../../server/backup/write.ts';
import { KEY_FILES, loadKeys } from '../../server/keys.ts';
import { CHECKPOINT_FILE } from '../../server/ledger/checkpoint-file.ts';
import { createLog } from '../../server/log.ts';
import { migrate } from '../../server/store/migrate.ts';
import type { Schema } from '../../server/store/schema.ts';
import { type StorePlace, openDatabase, openStore } from '../../server/store/store.ts';
import { emptyDatabase, onPostgres, openRaw } from '../support/database.ts';
import { type Lab, TestJournal, type TestStation, openLab, sendInto } from './server-lab.ts';
import { serverCommand, startServer } from './server-process.ts';

let folder: string;
let lab: Lab;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wardlock-backup-'));
  // It would go on writing while the test compares.
  lab = await openLab({ runsLedger: false });
});
afterEach(async () => {
  await lab.close();
  await rm(folder, { recursive: true });
});

const optionsOf = ({ data, database }: StorePlace) => [
  '--data',
  data,
  ...(database === undefined ? [] : ['--database', database]),
];
const backup = (place: StorePlace, file: string, ...more: string[]) =>
  serverCommand('backup', file, ...optionsOf(place), ...more);
const restore = (file: string, place: StorePlace) =>
  serverCommand('restore', file, ...optionsOf(place));
const at = (...names: string[]) => path.join(folder, ...names);

async function raw<T>(place: StorePlace, work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
  const db = openRaw(place);
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

/** Every row of every table, as text that is the same on both databases. */
const everything = (place: StorePlace) =>
  raw(place, async (db) => {
    const tables = await db.introspection.getTables();
    const all: Record<string, string[]> = {};
    for (const { name } of tables) {
      const { rows } = await sql<object>`select * from ${sql.table(name)}`.execute(db);
      all[name] = rows
        .map((row) => {
          const cells = Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1));
          return JSON.stringify(
            cells.map(([key, value]) => [
              key,
              value instanceof Uint8Array ? Buffer.from(value).toString('hex') : value,
            ]),
          );
        })
        .toSorted();
    }
    return all;
  });

/** Two stations with accesses, a dispute, and a name that breaks lines where lines may not break. */
async function live(): Promise<{ station: TestStation; journal: TestJournal }> {
  const [station, other] = [await lab.pairedStation(), await lab.pairedStation()];
  await lab.pairingCode(3);
  const journal = new TestJournal(station.id);
  for (let n = 0; n < 450; n++)
    journal.append({ type: 'app.blocked', detail: { n, odd: '\u2028\r"😀' } });
  journal.access(lab.nurse);
  expect((await station.upload(journal.entries)).status).toBe(200);
  const forked = new TestJournal(other.id);
  forked.append({ type: 'station.started' });
  expect((await other.upload(forked.entries)).status).toBe(200);
  expect((await other.upload([forked.craft({ type: 'app.crashed' }, { seq: 9 })])).status).toBe(
    409,
  );
  await raw(lab, (db) => sql`update members set family_name = ${'O’Neill\u2029"\\'}`.execute(db));
  return { station, journal };
}

test(
  'a backup holds everything, and restores into either database',
  { timeout: 300_000 },
  async () => {
    const { station, journal } = await live();
    const file = at('first.backup');
    const made = await backup(lab, file, '--with-keys');
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(made.stdout).toContain('The keys of the server are in it');
    expect((await stat(file)).mode & 0o077).toBe(0);
    expect(await readdir(folder)).toEqual(['first.backup']);
    const before = await everything(lab);

    // From one kind of database to the other and back, where there are two.
    const places: StorePlace[] = [{ data: at('one'), database: await emptyDatabase() }];
    if (onPostgres()) {
      places.push({ data: at('two'), database: undefined });
      places.push({ data: at('three'), database: await emptyDatabase() });
    }
    let from = file;
    for (const place of places) {
      expect(await restore(from, place)).toMatchObject({ code: 0, stderr: '' });
      expect(await everything(place)).toEqual(before);
      from = at(`${path.basename(place.data)}.backup`);
      expect((await backup(place, from, '--with-keys')).code).toBe(0);
    }

    // The restored server is the same one: its station goes on.
    const place = places.at(-1) ?? lab;
    const keys = await loadKeys(place.data);
    expect(keys.thumbprint).toBe(lab.keys.thumbprint);
    expect(keys.consoleToken).toBe(lab.keys.consoleToken);
    const store = await openStore(place);
    const log = createLog({ write: () => {} });
    const ledger = { published: () => undefined, check: async () => undefined };
    const app = await buildApp({ store, keys, log, ledger, consoleDir: '' });
    station.send = sendInto(app);
    await station.fetchNonce();
    const next = journal.append({ type: 'session.ended' });
    const answer = await station.upload([next]);
    expect(eventsResponse.parse(JSON.parse(answer.body))).toMatchObject({ seq: 452, accepted: 1 });
    const [newest] = await store.read.events({ limit: 1 });
    expect(newest?.id).toBe(Math.max(...(before['events']?.map(idOf) ?? [])) + 1);
    await app.close();
    await store.close();
  },
);

const idOf = (row: string): number => Number(new Map<string, unknown>(JSON.parse(row)).get('id'));

test('a backup is one moment of a server that goes on', { timeout: 300_000 }, async () => {
  const stations = [await lab.pairedStation(), await lab.pairedStation()];
  let isOver = false;
  const uploads = stations.map(async (station) => {
    const journal = new TestJournal(station.id);
    while (!isOver) {
      const batch = Array.from({ length: 20 }, () => journal.append({ type: 'app.blocked' }));
      expect((await station.upload(batch)).status).toBe(200);
    }
    return journal.entries.length;
  });
  const file = at('live.backup');
  expect(await backup(lab, file, '--with-keys')).toMatchObject({ code: 0, stderr: '' });
  isOver = true;
  const written = await Promise.all(uploads);
  const place = { data: at('restored'), database: await emptyDatabase() };
  expect((await restore(file, place)).code).toBe(0);
  const store = await openStore(place);
  for (const [index, { id }] of stations.entries()) {
    const head = await store.read.head(id);
    const events = await raw(place, (db) =>
      sql<{
        seq: number;
        hash: string;
      }>`select seq, hash from events where station = ${id} order by seq`.execute(db),
    );
    expect(head?.seq).toBe(events.rows.length);
    expect(head?.seq).toBeLessThanOrEqual(written[index] ?? 0);
    expect(events.rows.length % 20).toBe(0);
    if (events.rows.length > 0) expect(head?.hash).toBe(events.rows.at(-1)?.hash);
  }
  await store.close();
});

test('a file that was cut off, changed or made up is refused before anything of it is used', async () => {
  await live();
  const file = at('good.backup');
  expect((await backup(lab, file)).code).toBe(0);
  expect((await checkBackup(file)).ok).toBe(true);
  const whole = await readFile(file);
  const text = gunzipSync(whole).toString('utf8');
  const lines = text.split('\n');
  const bad: Record<string, Buffer> = {
    empty: Buffer.alloc(0),
    'not gzip': Buffer.from(text),
    'another gzip': gzipSync('{"a":1}\n'),
    'changed a little': gzipSync(text.replace('app.blocked', 'app.blockeD')),
    'a row less': gzipSync(lines.toSpliced(-4, 1).join('\n')),
    'a row twice': gzipSync(lines.toSpliced(-4, 0, lines.at(-4) ?? '').join('\n')),
    'no trailer': gzipSync(lines.slice(0, -2).join('\n') + '\n'),
    'a line behind the end': gzipSync(`${text}[]\n`),
    'two in one': Buffer.concat([whole, whole]),
    'a short row': gzipSync(text.replace(/\n\["[^\n]+\n/, '\n["x"]\n')),
  };
  for (let part = 1; part < 12; part++) {
    bad[`cut at ${part}/12`] = whole.subarray(0, Math.floor((whole.length * part) / 12));
    const cut = Math.floor((text.length * part) / 12);
    bad[`content cut at ${part}/12`] = gzipSync(text.slice(0, cut));
  }
  for (const [name, bytes] of Object.entries(bad)) {
    await writeFile(at('bad'), bytes);
    const checked = await checkBackup(at('bad'));
    expect(checked.ok, name).toBe(false);
  }
  await writeFile(at('bad'), whole.subarray(0, -9));
  const place = { data: at('target'), database: await emptyDatabase() };
  const refused = await restore(at('bad'), place);
  expect(refused).toEqual({
    code: 2,
    stdout: '',
    stderr: `${at('bad')} is not a whole backup: it was cut off or changed. Nothing was restored.\n`,
  });
  expect((await readdir(folder)).toSorted()).toEqual(['bad', 'good.backup']);
});

test('a database with something in it, and keys of another server, stay as they are', async () => {
  const file = at('one.backup');
  expect((await backup(lab, file)).stdout).toContain('The keys of the server are not in it');
  const place = { data: at('target'), database: await emptyDatabase() };
  const noKeys = await restore(file, place);
  expect(noKeys.stderr).toMatch(
    /was made without the keys .* copy signing-key\.pem, nonce-key, console-token there first\.\n$/,
  );
  await loadKeys(place.data);
  const others = await restore(file, place);
  expect(others.stderr).toContain(`has the keys of another server than ${file} is from`);
  expect(others.code).toBe(2);

  const before = await everything(lab);
  const used = await restore(file, lab);
  expect(used).toEqual({
    code: 2,
    stdout: '',
    stderr: 'The database is not empty; allowed is one without tables. Nothing was restored.\n',
  });
  expect(await everything(lab)).toEqual(before);
  const again = await backup(lab, file);
  expect(again.stderr).toBe(`--out is "${file}", which is there already; allowed is a new file.\n`);
});

test('a backup of an older schema is restored as it was, then brought to the newest', async () => {
  const old = { data: at('old'), database: await emptyDatabase() };
  await loadKeys(old.data);
  const { db, dialect } = openDatabase(old);
  await migrate(db, dialect, '0001-first-light');
  await sql`insert into practice values (1, 'Lakeside', 'keys.example', 'd')`.execute(db);
  await sql`insert into access_counts values (7, 40)`.execute(db);
  await db.destroy();
  const file = at('old.backup');
  expect(await backup(old, file, '--with-keys')).toMatchObject({ code: 0, stderr: '' });
  const place = { data: at('new'), database: await emptyDatabase() };
  expect(await restore(file, place)).toMatchObject({ code: 0, stderr: '' });
  const store = await openStore(place);
  expect((await store.read.practice())?.name).toBe('Lakeside');
  expect(await store.read.accessCounts(7, 8)).toEqual([{ quarter: 7, accesses: 40 }]);
  await store.close();
});

test(
  'after a restore the ledger opens a new origin, and says what was lost',
  { timeout: 300_000 },
  async () => {
    const other = await openLab();
    const station = await other.pairedStation();
    const journal = new TestJournal(station.id);
    for (let n = 0; n < 5; n++) journal.append({ type: 'app.blocked' });
    expect((await station.upload(journal.entries)).status).toBe(200);
    const file = at('before.backup');
    expect((await backup(other, file)).code).toBe(0);
    expect((await station.upload([journal.append({ type: 'app.blocked' })])).status).toBe(200);
    const shown = path.join(other.data, CHECKPOINT_FILE);
    while (!/^6$/m.test(await readFile(shown, 'utf8').catch(() => ''))) await sleep(50);

    // As operations.md says: the keys, and the newest checkpoint, of the folder that is still there.
    const place = { data: at('restored'), database: await emptyDatabase() };
    await mkdir(place.data);
    for (const name of [...KEY_FILES, CHECKPOINT_FILE]) {
      await copyFile(path.join(other.data, name), path.join(place.data, name));
    }
    await other.close();
    expect(await restore(file, place)).toMatchObject({ code: 0, stderr: '' });
    const server = await startServer(place.data, ...optionsOf(place).slice(2));
    while (!server.log().includes('"alert":"ledger-restored"')) await sleep(50);
    expect(server.log()).toMatch(/"lost":[1-6],/);
    expect(await server.end('SIGTERM')).toBe(0);
  },
);

/** A whole backup with other lines than a server would write. */
async function forge(file: string, change: (lines: string[]) => string[]): Promise<void> {
  const lines = gunzipSync(await readFile(file))
    .toString('utf8')
    .split('\n')
    .slice(0, -2);
  const total = sum();
  const changed = change(lines).map((line) => total.add(`${line}\n`, line.startsWith('[') ? 1 : 0));
  await writeFile(file, gzipSync(changed.join('') + lineOf(total.trailer())));
}

test('a restore that fails on the way leaves an empty database, and the next one works', async () => {
  const file = at('good.backup');
  expect((await backup(lab, file, '--with-keys')).code).toBe(0);
  const broken = at('broken.backup');
  const later = at('later.backup');
  for (const copy of [broken, later]) await writeFile(copy, await readFile(file));
  // A row that its table takes once only.
  await forge(broken, (lines) => {
    const last = lines.findLastIndex((line) => line.startsWith('['));
    return lines.toSpliced(last, 0, lines[last] ?? '');
  });
  await forge(later, ([first = '', ...lines]) => [
    first.replace(/"schema":"[^"]+"/, '"schema":"9999-later"'),
    ...lines,
  ]);
  const place = { data: at('target'), database: await emptyDatabase() };
  expect((await restore(broken, place)).code).toBe(1);
  expect((await restore(later, place)).stderr).toBe(
    `${later} was made by a newer Wardlock (schema "9999-later"): restore it with that version or a newer one.\n`,
  );
  expect(await everything(place)).toEqual({});
  expect(await readdir(place.data)).not.toContain('signing-key.pem');
  expect(await restore(file, place)).toMatchObject({ code: 0, stderr: '' });
  expect(await everything(place)).toEqual(await everything(lab));
});

test('a draft that is in the way is left alone, and a failed backup leaves none', async () => {
  const file = at('x.backup');
  await writeFile(`${file}.partial`, 'of somebody else');
  const snapshot = await openSnapshot(lab);
  const about = { at: new Date(0).toISOString(), server: 'x', keysOf: undefined };
  await expect(writeBackup(file, snapshot, about)).rejects.toThrow('EEXIST');
  expect(await readFile(`${file}.partial`, 'utf8')).toBe('of somebody else');
  await rm(`${file}.partial`);
  const failing = {
    ...snapshot,
    rows: () => {
      throw new Error('gone');
    },
  };
  await expect(writeBackup(file, failing, about)).rejects.toThrow('gone');
  expect(await readdir(folder)).toEqual([]);
  await snapshot.close();
});
