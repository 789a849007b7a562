import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Kysely } from 'kysely';
import { type Dialect, postgres, sqlite } from './dialect.ts';
import {
  type DirectoryReader,
  type DirectoryWriter,
  directoryReader,
  directoryWriter,
} from './directory-store.ts';
import { type EventSearcher, eventSearcher } from './event-search.ts';
import { isWorthAnotherTry, openingFailure } from './failure.ts';
import {
  type LedgerReader,
  type LedgerWriter,
  ledgerReader,
  ledgerWriter,
} from './ledger-store.ts';
import { checkSchema, migrate } from './migrate.ts';
import { type Notices, localNotices, postgresNotices } from './notices.ts';
import { openPostgres } from './postgres.ts';
import { type StoreReader, createReader } from './reader.ts';
import {
  type RetentionReader,
  type RetentionWriter,
  retentionReader,
  retentionWriter,
} from './retention-store.ts';
import type { Schema } from './schema.ts';
import { type SpentNonces, createSpentNonces } from './spent-nonces.ts';
import { openSqlite } from './sqlite.ts';
import { type StoreWriter, createWriter } from './writer.ts';

/** What runs inside a transaction: it reads its own writes. */
export type Transaction = Reader & StoreWriter & DirectoryWriter & LedgerWriter & RetentionWriter;

type Reader = StoreReader & EventSearcher & DirectoryReader & LedgerReader & RetentionReader;

export interface Store {
  readonly read: Reader;
  /**
   * One durable transaction: everything or nothing. Resolves after the commit is on the disk.
   * `work` may run several times, when the database ended a try of it: it changes nothing but the database.
   */
  write<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Hints of what was committed, here or by another server process on the same database. */
  readonly notices: Notices;
  readonly nonces: SpentNonces;
  /** Throws when a newer Wardlock on the same database has brought it to a schema that this one does not know. */
  checkSchema(): Promise<void>;
  close(): Promise<void>;
}

/** Where the data lies: `wardlock.db` in the folder, or a PostgreSQL database. */
export interface StorePlace {
  readonly data: string;
  /** `postgres://…` */
  readonly database?: string | undefined;
}

/** Of SQLite, in the data folder. */
export const DATABASE_FILE = 'wardlock.db';

const TRIES = 5;
const PAUSE_MS = 20;

/**
 * Opens the store and brings it to the newest schema. Throws a StoreRefusal where an administrator can help.
 * `lost` is told of connections and notices that broke off and are being made again.
 */
export async function openStore(
  { data, database }: StorePlace,
  lost: (error: Error) => void = () => undefined,
): Promise<Store> {
  const { db, dialect } = openDatabase({ data, database }, lost);
  let notices: Notices;
  try {
    await migrate(db, dialect);
    notices = database === undefined ? localNotices() : await postgresNotices(database, lost);
  } catch (error) {
    await db.destroy();
    throw openingFailure(error, database);
  }
  return {
    read: readerOf(db, dialect),
    async write(work) {
      for (let tries = 1; ; tries++) {
        try {
          const { value, hints } = await once(db, dialect, work);
          notices.committed(hints);
          return value;
        } catch (error) {
          if (tries === TRIES || !isWorthAnotherTry(error)) throw error;
          // Not in step with the one it lost to.
          await sleep(Math.random() * PAUSE_MS * tries);
        }
      }
    },
    notices,
    nonces: createSpentNonces(db),
    checkSchema: () => checkSchema(db),
    async close() {
      await notices.close();
      await db.destroy();
    },
  };
}

/** The database alone, as it is. */
export function openDatabase(
  { data, database }: StorePlace,
  lost: (error: Error) => void = () => undefined,
): { readonly db: Kysely<Schema>; readonly dialect: Dialect } {
  return database === undefined
    ? { db: openFile(data), dialect: sqlite }
    : { db: openPostgres(database, lost), dialect: postgres };
}

function openFile(data: string): Kysely<Schema> {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  return openSqlite(path.join(data, DATABASE_FILE));
}

const readerOf = (db: Kysely<Schema>, dialect: Dialect): Reader => ({
  ...createReader(db, dialect),
  ...eventSearcher(db),
  ...directoryReader(db, dialect),
  ...ledgerReader(db),
  ...retentionReader(db, dialect),
});

const once = <T>(db: Kysely<Schema>, dialect: Dialect, work: (tx: Transaction) => Promise<T>) =>
  db.transaction().execute(async (trx) => {
    const hints = new Set<string>();
    const writer = createWriter(trx, dialect, (hint) => hints.add(hint));
    const value = await work({
      ...readerOf(trx, dialect),
      ...writer,
      ...directoryWriter(trx, dialect),
      ...ledgerWriter(trx, dialect),
      ...retentionWriter(trx, dialect),
    });
    return { value, hints };
  });
