import Database, { type Database as SqliteFile, type Statement } from 'better-sqlite3';
import { type Driver, Kysely, SqliteAdapter, SqliteDialect } from 'kysely';
import type { Schema } from './schema.ts';

/** How long a statement waits for another process, ms. */
const PATIENCE_MS = 10_000;

/**
 * One connection to one file. WAL with synchronous=FULL: a commit is on the disk before it returns,
 * which is what "acknowledged after commit" rests on.
 */
export function openSqlite(file: string): Kysely<Schema> {
  const sqlite = new Database(file, { timeout: PATIENCE_MS });
  keepWriteAheadLog(sqlite);
  sqlite.pragma('synchronous = FULL');
  sqlite.pragma('foreign_keys = ON');
  return new Kysely<Schema>({ dialect: new Dialect(sqlite) });
}

/** SQLite does not wait by itself when several processes turn a new file to WAL at once. */
function keepWriteAheadLog(sqlite: SqliteFile): void {
  const end = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      sqlite.pragma('journal_mode = WAL');
      return;
    } catch (error) {
      const isBusy = error instanceof Database.SqliteError && error.code === 'SQLITE_BUSY';
      if (!isBusy || performance.now() > end) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
    }
  }
}

/**
 * Migrations in a transaction, which Kysely does not do on SQLite by itself: another process waits
 * (`begin immediate`), and one that dies half-way leaves nothing.
 */
class Dialect extends SqliteDialect {
  private readonly sqlite: SqliteFile;

  constructor(sqlite: SqliteFile) {
    super({ database: prepared(sqlite) });
    this.sqlite = sqlite;
  }

  /** On a full disk SQLite rolls back by itself; a second one would hide why (sqlite.org/lang_transaction.html). */
  override createDriver(): Driver {
    const driver = super.createDriver();
    const rollback = driver.rollbackTransaction.bind(driver);
    driver.rollbackTransaction = async (connection) => {
      if (this.sqlite.inTransaction) await rollback(connection);
    };
    return driver;
  }

  override createAdapter(): SqliteAdapter {
    return new Adapter();
  }
}

class Adapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** One read transaction on the file beside its servers, which sees the state at its first read for good. */
export function openSqliteSnapshot(file: string): {
  readonly db: Kysely<Schema>;
  readonly raw: SqliteFile;
} {
  const raw = new Database(file, { readonly: true, fileMustExist: true, timeout: 10_000 });
  raw.exec('begin');
  return { db: new Kysely<Schema>({ dialect: new SqliteDialect({ database: raw }) }), raw };
}

/** Kysely prepares every statement anew; the store has few texts, so each is kept. */
function prepared(sqlite: SqliteFile): {
  prepare(text: string): Statement;
  close(): void;
} {
  const statements = new Map<string, Statement>();
  return {
    prepare(text) {
      // All transactions here write. A deferred one that reads first fails at once, without waiting,
      // when another process (seed, pairing-code) wrote in between (SQLITE_BUSY_SNAPSHOT).
      const actual = text === 'begin' ? 'begin immediate' : text;
      let statement = statements.get(actual);
      if (statement === undefined) {
        statement = sqlite.prepare(actual);
        if (statements.size < 200) statements.set(actual, statement);
      }
      return statement;
    },
    close: () => void sqlite.close(),
  };
}
