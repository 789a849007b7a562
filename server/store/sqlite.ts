import Database, { type Database as SqliteFile, type Statement } from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import type { Schema } from './schema.ts';

/**
 * One connection to one file. WAL with synchronous=FULL: a commit is on the disk before it returns,
 * which is what "acknowledged after commit" rests on.
 */
export function openSqlite(file: string): Kysely<Schema> {
  const sqlite = new Database(file, { timeout: 10_000 });
  sqlite.pragma('journal_mode = WAL');
  sqlite.pragma('synchronous = FULL');
  sqlite.pragma('foreign_keys = ON');
  return new Kysely<Schema>({ dialect: new SqliteDialect({ database: prepared(sqlite) }) });
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
