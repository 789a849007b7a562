import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openSqlite } from './sqlite.ts';
import { openStore } from './store.ts';

let data: string;
beforeEach(async () => {
  data = await mkdtemp(path.join(tmpdir(), 'wardlock-store-'));
});
afterEach(async () => {
  await rm(data, { recursive: true });
});

test('a commit is on the disk before it returns: WAL, synchronous=FULL', async () => {
  const db = openSqlite(path.join(data, 'wardlock.db'));
  const synchronous = await sql<{ synchronous: number }>`pragma synchronous`.execute(db);
  const mode = await sql<{ journal_mode: string }>`pragma journal_mode`.execute(db);
  // https://sqlite.org/pragma.html#pragma_synchronous: 2 is FULL.
  expect(synchronous.rows).toEqual([{ synchronous: 2 }]);
  expect(mode.rows).toEqual([{ journal_mode: 'wal' }]);
  await db.destroy();
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

test('a transaction that fails leaves nothing', async () => {
  const store = await openStore(data);
  const failed = store.write(async (tx) => {
    await tx.countAccesses(1, 5);
    await tx.addPairingCode(code('of no group'));
  });
  await expect(failed).rejects.toThrow(/FOREIGN KEY/);
  expect(await store.read.accessCounts(0, 10)).toEqual([]);
  await store.close();
});

test(
  'processes that read first and then write wait for one another',
  { timeout: 300_000 },
  async () => {
    await (await openStore(data)).close();
    const script = `
    import { openStore } from ${JSON.stringify(path.join(import.meta.dirname, 'store.ts'))};
    const store = await openStore(${JSON.stringify(data)});
    for (let n = 0; n < 100; n++) {
      await store.write(async (tx) => {
        await tx.accessCounts(0, 10);
        await tx.countAccesses(1, 1);
      });
    }
    await store.close();`;
    const run = () =>
      promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
        timeout: 280_000,
      });
    await Promise.all([run(), run(), run()]);
    const store = await openStore(data);
    expect(await store.read.accessCounts(0, 10)).toEqual([{ quarter: 1, accesses: 300 }]);
    await store.close();
  },
);

test('opening again migrates nothing twice; a newer schema than ours is refused', async () => {
  await (await openStore(data)).close();
  await (await openStore(data)).close();
  const file = new Database(path.join(data, 'wardlock.db'));
  file.exec(`insert into kysely_migration values ('9999-later', '2030-01-01T00:00:00.000Z')`);
  file.close();
  await expect(openStore(data)).rejects.toThrow(/newest schema/);
});
