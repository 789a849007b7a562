import path from 'node:path';
import { type Kysely, sql } from 'kysely';
import { postgres, sqlite } from '../store/dialect.ts';
import { openingFailure } from '../store/failure.ts';
import { openPostgres } from '../store/postgres.ts';
import type { Schema } from '../store/schema.ts';
import { openSqliteSnapshot } from '../store/sqlite.ts';
import { DATABASE_FILE, type StorePlace } from '../store/store.ts';
import { type TableShape, tablesOf } from './tables.ts';

/** A database as it is at one moment, while servers go on writing. */
export interface Snapshot {
  /** Name of its newest migration. */
  readonly schema: string;
  readonly tables: readonly TableShape[];
  /** The rows of a table, each in the order of its columns, some at a time. */
  rows(table: TableShape): AsyncIterable<readonly (readonly unknown[])[]>;
  close(): Promise<void>;
}

/** Rows at a time. */
const CHUNK = 500;

export function openSnapshot({ data, database }: StorePlace): Promise<Snapshot> {
  return database === undefined
    ? sqliteSnapshot(path.join(data, DATABASE_FILE))
    : postgresSnapshot(database);
}

/** Its read transaction sees one state of the file; writers are not held up (https://sqlite.org/isolation.html). */
async function sqliteSnapshot(file: string): Promise<Snapshot> {
  const { db, raw } = openSqliteSnapshot(file);
  return {
    schema: await newestMigration(db),
    tables: await tablesOf(db, sqlite),
    async *rows({ name, columns }) {
      const list = columns.map((column) => `"${column}"`).join(', ');
      let chunk: (readonly unknown[])[] = [];
      for (const row of raw
        .prepare<[], unknown[]>(`select ${list} from "${name}"`)
        .raw()
        .iterate()) {
        chunk.push(row);
        if (chunk.length < CHUNK) continue;
        yield chunk;
        chunk = [];
      }
      yield chunk;
    },
    close: () => db.destroy(),
  };
}

/** REPEATABLE READ sees one state of the database (https://www.postgresql.org/docs/18/transaction-iso.html). */
async function postgresSnapshot(database: string): Promise<Snapshot> {
  const db = openPostgres(database, () => undefined);
  const begun = db.startTransaction().setIsolationLevel('repeatable read');
  const transaction = await begun
    .setAccessMode('read only')
    .execute()
    .catch(async (error: unknown) => {
      await db.destroy();
      throw openingFailure(error, database);
    });
  return {
    schema: await newestMigration(transaction),
    tables: await tablesOf(transaction, postgres),
    async *rows({ name, columns }) {
      const list = sql.join(columns.map((column) => sql.ref(column)));
      await sql`declare backup no scroll cursor for select ${list} from ${sql.table(name)}`.execute(
        transaction,
      );
      const fetch = sql<Readonly<Record<string, unknown>>>`fetch ${sql.lit(CHUNK)} from backup`;
      for (;;) {
        const { rows } = await fetch.execute(transaction);
        if (rows.length === 0) break;
        yield rows.map((row) => columns.map((column) => row[column]));
      }
      await sql`close backup`.execute(transaction);
    },
    async close() {
      await transaction.rollback().execute();
      await db.destroy();
    },
  };
}

async function newestMigration(db: Kysely<Schema>): Promise<string> {
  const { rows } = await sql<{
    name: string;
  }>`select name from kysely_migration order by name desc limit 1`.execute(db);
  const [newest] = rows;
  if (newest === undefined) throw new Error('the database has no schema');
  return newest.name;
}
