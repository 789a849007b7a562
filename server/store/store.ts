import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Kysely } from 'kysely';
import { Migrator } from 'kysely/migration';
import { migrations } from './migrations.ts';
import { type StoreReader, createReader } from './reader.ts';
import type { Schema } from './schema.ts';
import { openSqlite } from './sqlite.ts';
import { type StoreWriter, createWriter } from './writer.ts';

/** What runs inside a transaction: it reads its own writes. */
export type Transaction = StoreReader & StoreWriter;

export interface Store {
  readonly read: StoreReader;
  /** One durable transaction: everything or nothing. Resolves after the commit is on the disk. */
  write<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Opens `wardlock.db` in the data folder and brings it to the newest schema. */
export async function openStore(data: string): Promise<Store> {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const db = openSqlite(path.join(data, 'wardlock.db'));
  await migrate(db);
  return {
    read: createReader(db),
    write: (work) =>
      db.transaction().execute((trx) => work({ ...createReader(trx), ...createWriter(trx) })),
    close: () => db.destroy(),
  };
}

async function migrate(db: Kysely<Schema>): Promise<void> {
  const provider = { getMigrations: async () => ({ ...migrations }) };
  const { error } = await new Migrator({ db, provider }).migrateToLatest();
  if (error === undefined) return;
  await db.destroy();
  throw new Error('the database could not be brought to the newest schema', { cause: error });
}
