import { randomBytes } from 'node:crypto';
import path from 'node:path';
import type { Kysely } from 'kysely';
import { Client } from 'pg';
import { inject } from 'vitest';
import { openPostgres } from '../../server/store/postgres.ts';
import type { Schema } from '../../server/store/schema.ts';
import { openSqlite } from '../../server/store/sqlite.ts';
import type { StorePlace } from '../../server/store/store.ts';
import './postgres-global.ts';

/** True in the project `postgres`, where the same tests run on the other database. */
export const onPostgres = (): boolean => administrator() !== undefined;

/** The address of an empty database for one test; undefined means SQLite in the data folder. */
export async function emptyDatabase(): Promise<string | undefined> {
  const address = administrator();
  if (address === undefined) return undefined;
  const name = `test_${randomBytes(6).toString('hex')}`;
  const client = new Client(address);
  await client.connect();
  await client.query(`create database ${name}`);
  await client.end();
  return Object.assign(new URL(address), { pathname: name }).href;
}

/** The same for server processes that this test starts: they are told through their environment. */
export async function emptyDatabaseForProcesses(): Promise<void> {
  const database = await emptyDatabase();
  if (database !== undefined) process.env['WARDLOCK_DATABASE'] = database;
}

/** The database without the store: what a test looks at, or changes, behind its back. */
export const openRaw = ({ data, database }: StorePlace): Kysely<Schema> =>
  database === undefined
    ? openSqlite(path.join(data, 'wardlock.db'))
    : openPostgres(database, () => undefined);

// The type says it is always there; outside of its project it is not.
const administrator = (): string | undefined => inject('postgres');
