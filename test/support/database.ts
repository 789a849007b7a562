import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { inject } from 'vitest';
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

// The type says it is always there; outside of its project it is not.
const administrator = (): string | undefined => inject('postgres');
