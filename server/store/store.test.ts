import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { isDatabaseAway } from './failure.ts';
import { emptyDatabase, onPostgres, openRaw } from '../../test/support/database.ts';
import { type StorePlace, openStore } from './store.ts';

let data: string;
let place: StorePlace;
beforeEach(async () => {
  data = await mkdtemp(path.join(tmpdir(), 'wardlock-store-'));
  place = { data, database: await emptyDatabase() };
});
afterEach(async () => {
  await rm(data, { recursive: true });
});

const code = (id: string) => ({
  id,
  secret_hash: Buffer.from(id),
  group_name: 'g',
  uses: 1,
  used: 0,
  expires_at: '',
  created_at: '',
});

test('a commit is on the disk before it returns', async () => {
  const db = openRaw(place);
  if (onPostgres()) {
    expect((await sql`show synchronous_commit`.execute(db)).rows).toEqual([
      { synchronous_commit: 'on' },
    ]);
  } else {
    // https://sqlite.org/pragma.html#pragma_synchronous: 2 is FULL.
    expect((await sql`pragma synchronous`.execute(db)).rows).toEqual([{ synchronous: 2 }]);
    expect((await sql`pragma journal_mode`.execute(db)).rows).toEqual([{ journal_mode: 'wal' }]);
  }
  await db.destroy();
});

test('a transaction that fails leaves nothing', async () => {
  const store = await openStore(place);
  const failed = store.write(async (tx) => {
    await tx.countAccesses(1, 0, 5);
    await tx.addPairingCode(code('of no group'));
  });
  await expect(failed).rejects.toThrow(/foreign key/i);
  expect(await store.read.accessCounts(0, 10)).toEqual([]);
  await store.close();
});

test(
  'processes that read first and then write wait for one another',
  { timeout: 300_000 },
  async () => {
    await (await openStore(place)).close();
    const script = `
    import { openStore } from ${JSON.stringify(path.join(import.meta.dirname, 'store.ts'))};
    const store = await openStore(${JSON.stringify(place)});
    for (let n = 0; n < 100; n++) {
      await store.write(async (tx) => {
        await tx.accessCounts(0, 10);
        await tx.countAccesses(1, 0, 1);
      });
    }
    await store.close();`;
    const run = () =>
      promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
        timeout: 280_000,
      });
    await Promise.all([run(), run(), run()]);
    const store = await openStore(place);
    expect(await store.read.accessCounts(0, 10)).toEqual([{ quarter: 1, accesses: 300 }]);
    await store.close();
  },
);

test('a full disk is a matter of time, a wrong row is not', async () => {
  const file = new Database(path.join(data, 'full.db'));
  file.exec('create table t (x text not null)');
  file.pragma('max_page_count = 2');
  const failureOf = (statement: string) => {
    try {
      file.exec(statement);
    } catch (error) {
      return error;
    }
    throw new Error('it did not fail');
  };
  const full = failureOf(`insert into t values ('${'x'.repeat(100_000)}')`);
  const wrong = failureOf('insert into t values (null)');
  file.close();
  expect([full, wrong].map((error) => isDatabaseAway(error))).toEqual([true, false]);
});
