import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { type Kysely, sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { emptyDatabase, openRaw } from '../../../test/support/database.ts';
import { postgres, sqlite } from '../dialect.ts';
import { migrate } from '../migrate.ts';
import type { Schema } from '../schema.ts';
import { type Store, type StorePlace, openStore } from '../store.ts';
import { migrations } from './index.ts';

let data: string;
let place: StorePlace;
beforeEach(async () => {
  data = await mkdtemp(path.join(tmpdir(), 'wardlock-migrations-'));
  place = { data, database: await emptyDatabase() };
});
afterEach(async () => {
  await rm(data, { recursive: true });
});

async function raw<T>(work: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
  const db = openRaw(place);
  try {
    return await work(db);
  } finally {
    await db.destroy();
  }
}

interface Life {
  /** Rows as a server of this schema wrote them. */
  readonly rows: readonly string[];
  /** What became of them in the newest one. */
  readonly survives: (store: Store) => Promise<void>;
}

const station = '6f3c0a52-8f4e-4a63-9d5c-0c5b6f1f2a11';
const hash = 'ab'.repeat(32);
/** The same bytes for both databases. */
const bytes = (text: string) => `cast('${text}' as ${place.database ? 'bytea' : 'blob'})`;

/** By schema: a migration without rows is not tested, and fails. */
const lives: Readonly<Record<string, () => Life>> = {
  '0001-first-light': () => ({
    rows: [
      `insert into practice values (1, 'Lakeside', 'keys.example', 'd')`,
      `insert into station_groups values ('ICU', '{}', '[]')`,
      `insert into members values ('m', 'Ana', 'Diaz', null, 'nurse', 1)`,
      `insert into credentials values ('c', 'm', 'pk', 'uh', 4294967295, 1)`,
      `insert into snapshots values ('ICU', 3, 'd', '2026-01-01T00:00:00.000Z', 'jws')`,
      `insert into pairing_codes values ('p', ${bytes('secret')}, 'ICU', 5, 2, 'e', 'c')`,
      `insert into stations values ('${station}', 't', 'x', 'Ward', 'ICU', 'p', 'at')`,
      `insert into heads values ('${station}', 'e', 2, '${hash}', 'open', 's', 'm', 'at')`,
      `insert into events (station, epoch, seq, hash, type, received_at, verdict, canonical)
       values ('${station}', 'e', 2, '${hash}', 'app.blocked', 'at', 'verified', ${bytes('{}')})`,
      `insert into proofs values ('n', 'c', 9, '${station}', 'e', 1)`,
      `insert into access_counts values (7, 40)`,
    ],
    async survives({ read }) {
      expect(await read.practice()).toMatchObject({ name: 'Lakeside', rp_id: 'keys.example' });
      expect(await read.directoryContent('ICU')).toMatchObject({
        members: [{ id: 'm', familyName: 'Diaz', active: true }],
        credentials: [{ id: 'c', member: 'm', counter: 4_294_967_295 }],
      });
      expect(await read.newestSnapshot('ICU')).toMatchObject({ jws: 'jws' });
      const [code] = await read.pairingCodes();
      expect(code).toMatchObject({ uses: 5, used: 2 });
      expect(Buffer.from(code?.secret_hash ?? []).toString()).toBe('secret');
      expect(await read.stationByThumbprint('t')).toMatchObject({ id: station, name: 'Ward' });
      expect(await read.head(station)).toMatchObject({ seq: 2, hash, screen: 'open' });
      const [event] = await read.events({ limit: 10 });
      expect(event).toMatchObject({ id: 1, seq: 2, hash, verdict: 'verified', reason: null });
      expect(Buffer.from(event?.canonical ?? []).toString()).toBe('{}');
      expect(await read.usedNonces(['n'])).toEqual(['n']);
      expect(await read.accessCounts(7, 8)).toEqual([{ quarter: 7, accesses: 40 }]);
    },
  }),
  '0002-access-shards': () => ({
    rows: [`insert into access_counts values (8, 15, 3)`],
    survives: async ({ read }) =>
      expect(await read.accessCounts(8, 9)).toEqual([{ quarter: 8, accesses: 3 }]),
  }),
  '0003-station-commands': () => ({
    rows: [
      `update stations set command_number = 4`,
      `insert into commands values ('${station}', 4, 'lock', null, 'at', '2030', 'Ana', null, null)`,
      `insert into admin_actions values ('a', 'at', 'Ana', 'lock', '${station}', '{}')`,
    ],
    async survives({ read }) {
      expect(await read.command(station, 4)).toMatchObject({ kind: 'lock' });
      expect(await read.station(station)).toMatchObject({ command_number: 4 });
      expect(await read.adminActions(9)).toMatchObject([{ id: 'a', who: 'Ana' }]);
    },
  }),
  '0004-spent-nonces': () => ({
    rows: [`insert into spent_nonces values ('n', 1700000000000)`],
    survives: async ({ nonces }) => expect(await nonces.spend('n', 1)).toBe(false),
  }),
  '0005-ledger': () => ({
    rows: [
      `update ledger set origin = 'o', size = 1, note = 'n', note_size = 1`,
      `insert into ledger_tiles values (0, 0, ${bytes('hash')})`,
      `insert into ledger_segments (record, entries, leaf) values (${bytes('r')}, 1, 0)`,
    ],
    async survives({ read }) {
      expect(await read.ledger()).toMatchObject({ origin: 'o', size: 1, note: 'n', note_size: 1 });
      expect(Buffer.from((await read.tile(0, 0)) ?? []).toString()).toBe('hash');
      expect(await read.records()).toMatchObject([{ entries: 1, leaf: 0 }]);
    },
  }),
  '0006-directory': () => ({
    rows: [
      `update members set external_id = 'E1', everywhere = 0, console_roles = '["auditor"]'`,
      `insert into member_groups values ('m', 'ICU')`,
      `insert into credentials values ('c2', 'm', 'pk', 'uh', 0, 0, 'reported')`,
      `update stations set standing = 'revoked'`,
      `insert into revoked_keys values ('t', '${station}', 'at')`,
      `insert into alerts values ('a', 'at', 'clock', null, '${station}', 'e', 2, null, null, null)`,
      `insert into disputes values ('${station}', 'e', 'at', 'chain-fork', null, null)`,
    ],
    async survives({ read }) {
      expect(await read.memberRows(['E1'])).toMatchObject([{ id: 'm', groups: ['ICU'] }]);
      expect(await read.credentialRows('m')).toMatchObject([
        { id: 'c', fate: null },
        { id: 'c2', fate: 'reported' },
      ]);
      expect(await read.revokedStations()).toEqual([station]);
      expect(await read.isRevokedKey('t')).toBe(true);
      expect(await read.alerts({ open: true, limit: 9 })).toMatchObject([{ id: 'a', seq: 2 }]);
      expect(await read.openDisputes(station)).toMatchObject([{ epoch: 'e' }]);
    },
  }),
  '0007-epochs-and-boots': () => ({
    rows: [
      `insert into commands values ('${station}', 5, 'new-epoch', null, 'at', '2030', 'Ana', null, null, 'e')`,
      `insert into station_boots values ('${station}', 'b', '2026')`,
    ],
    async survives({ read }) {
      expect(await read.command(station, 5)).toMatchObject({ epoch: 'e' });
      expect(await read.newestBoot(station)).toEqual({ boot: 'b', first_seen_at: '2026' });
    },
  }),
  '0008-event-search': () => ({
    rows: [`update events set at = 'a', outcome = 'failure', member = 'm'`],
    async survives({ read }) {
      expect(await read.searchEvents({ member: 'm', outcome: 'failure', limit: 9 })).toMatchObject([
        { seq: 2, at: 'a' },
      ]);
    },
  }),
  '0009-retention': () => ({
    rows: [
      `update practice set keep_days = 400`,
      `insert into ledger_segments (record, entries, leaf, about) values (${bytes('gone')}, 1, 1, 'removal')`,
    ],
    async survives({ read }) {
      expect(await read.practice()).toMatchObject({ keep_days: 400 });
      expect(await read.removals()).toMatchObject([{ leaf: 1 }]);
      // A new origin is another record.
      expect(await read.records()).toMatchObject([{ leaf: 0 }]);
    },
  }),
  '0010-grace': () => ({
    rows: [`insert into snapshots values ('ICU', 4, 'd', '2026-01-02T00:00:00.000Z', 'jws', 120)`],
    survives: async ({ read }) =>
      expect(await read.graces('ICU', [3, 4, 5])).toEqual([{ version: 4, seconds: 120 }]),
  }),
};

const names = Object.keys(migrations).toSorted();

test.each(names)('a database at %s with rows in it keeps them all to the newest', async (last) => {
  const before = names.slice(0, names.indexOf(last) + 1);
  const written: Life[] = [];
  await raw(async (db) => {
    for (const name of before) {
      await migrate(db, place.database === undefined ? sqlite : postgres, name);
      const life = lives[name]?.();
      if (life === undefined) throw new Error(`${name} has no rows to be tested with`);
      written.push(life);
      for (const row of life.rows) await sql.raw(row).execute(db);
    }
  });
  const store = await openStore(place);
  expect(written).toHaveLength(before.length);
  for (const { survives } of written) await survives(store);
  await store.close();
});

test('events from before the ledger become its segments: each epoch a run, disputed ones alone', async () => {
  const event = (epoch: string, seq: number, verdict: string) =>
    sql`insert into events (station, epoch, seq, hash, type, received_at, verdict, canonical)
      values (${station}, ${epoch}, ${seq}, ${verdict + seq}, 'app.blocked', 'at', ${verdict}, ${Buffer.from('{}')})`;
  await raw(async (db) => {
    await migrate(db, place.database === undefined ? sqlite : postgres, '0001-first-light');
    for (const row of lives['0001-first-light']?.().rows ?? []) await sql.raw(row).execute(db);
    await event('e', 3, 'unproven').execute(db);
    await event('e', 3, 'disputed').execute(db);
    await event('f', 1, 'verified').execute(db);
  });
  const store = await openStore(place);
  const segments = await store.write((tx) => tx.waitingSegments(10));
  const told = segments.map((row) => [row.epoch, row.first_seq, row.entries, row.hash, row.leaf]);
  expect(new Set(told.map(String))).toEqual(new Set(['e,2,2,,', 'f,1,1,,', 'e,3,1,disputed3,']));
  for (const segment of segments) {
    expect(await store.read.leavesOf(segment)).toHaveLength(segment.entries);
  }
  await store.close();
});

test('events from before the search are found by what stands in them', async () => {
  const event = (seq: number, text: string) =>
    sql`insert into events (station, epoch, seq, hash, type, received_at, verdict, canonical)
      values (${station}, 'e', ${seq}, ${`h${seq}`}, 'key.reported', 'at', 'verified', ${Buffer.from(text)})`;
  await raw(async (db) => {
    await migrate(db, place.database === undefined ? sqlite : postgres, '0001-first-light');
    for (const row of lives['0001-first-light']?.().rows ?? []) await sql.raw(row).execute(db);
    const at = '2026-01-02T03:04:05.678Z';
    await event(
      3,
      `{"at":"${at}","member":"m","note":"\\u0000 \\ud800 é","outcome":"success"}`,
    ).execute(db);
    await event(4, `{"at":"${at}","claimed":"m","outcome":"failure"}`).execute(db);
  });
  const store = await openStore(place);
  const about = await store.read.searchEvents({ member: 'm', from: '2026-01-02', limit: 9 });
  expect(about.map(({ seq, outcome }) => [seq, outcome])).toEqual([
    [4, 'failure'],
    [3, 'success'],
  ]);
  // What has no time of its own stands at that of its receipt.
  const [rest] = await store.read.searchEvents({ limit: 1 });
  expect(rest).toMatchObject({ seq: 2, at: 'at', outcome: '', member: null });
  await store.close();
});

test('a migration that fails leaves nothing of itself', async () => {
  await raw(async (db) => {
    const dialect = place.database === undefined ? sqlite : postgres;
    await migrate(db, dialect, '0001-first-light');
    const broken = { ...dialect, ddl: { ...dialect.ddl, endByKey: ' nonsense' as '' } };
    await expect(migrate(db, broken)).rejects.toThrow(/nonsense/);
    // Its first statement had taken this table away.
    await sql`select quarter, accesses from access_counts`.execute(db);
  });
  await (await openStore(place)).close();
});

test('processes that start at once migrate once', { timeout: 300_000 }, async () => {
  const script = `
    import { openStore } from ${JSON.stringify(path.join(import.meta.dirname, '../store.ts'))};
    await (await openStore(${JSON.stringify(place)})).close();`;
  const start = () =>
    promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      timeout: 280_000,
    });
  await Promise.all([start(), start(), start(), start()]);
  const { rows } = await raw((db) =>
    sql<{ name: string }>`select name from kysely_migration order by name`.execute(db),
  );
  expect(rows.map(({ name }) => name)).toEqual(names);
});

test('a database of a newer version is refused, and stays as it is', async () => {
  await (await openStore(place)).close();
  await raw((db) =>
    sql`insert into kysely_migration values ('9999-later', '2030-01-01T00:00:00.000Z')`.execute(db),
  );
  await expect(openStore(place)).rejects.toThrow(
    'The database was made by a newer Wardlock (schema "9999-later"): start that version or a newer one. Nothing was changed.',
  );
});
