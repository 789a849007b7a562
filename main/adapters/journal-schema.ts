import Database from 'better-sqlite3';

export type JournalDatabase = Database.Database;

/** Numbered by position; `user_version` counts those that ran. Never change one that has shipped. */
const migrations: readonly string[] = [
  `CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE event (seq INTEGER PRIMARY KEY, hash TEXT NOT NULL, body BLOB NOT NULL) STRICT;
   CREATE TABLE open_session (session TEXT PRIMARY KEY, member TEXT NOT NULL) STRICT;
   CREATE TABLE mark (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE counter (credential TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;`,
  `CREATE TABLE past_event (
     epoch TEXT NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL, body BLOB NOT NULL, sent INTEGER NOT NULL,
     PRIMARY KEY (epoch, seq)) STRICT;
   CREATE INDEX past_unsent ON past_event (epoch, seq) WHERE sent = 0;`,
];

/**
 * WAL with synchronous=FULL: a committed transaction is on disk when the call returns. Exclusive: a second
 * agent on the same journal would fork its chain. Throws SqliteError.
 */
export function openDatabase(file: string): JournalDatabase {
  const db = new Database(file, { timeout: 1_000 });
  try {
    db.pragma('locking_mode = EXCLUSIVE');
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = FULL');
    migrate(db);
  } catch (error) {
    db.close();
    throw error;
  }
  return db;
}

function migrate(db: JournalDatabase): void {
  const done = Number(db.pragma('user_version', { simple: true }));
  if (done > migrations.length) throw new Error(`journal of a newer version (${done})`);
  migrations.slice(done).forEach((sql, index) => {
    db.transaction(() => {
      db.exec(sql);
      db.pragma(`user_version = ${done + index + 1}`);
    })();
  });
}

/** The file's content is damaged, as opposed to a disk that is full, locked or gone. */
export const isDamage = (error: unknown): boolean =>
  error instanceof Database.SqliteError && /^SQLITE_(CORRUPT|NOTADB)/.test(error.code);

export const isSqliteError = (error: unknown): error is InstanceType<typeof Database.SqliteError> =>
  error instanceof Database.SqliteError;

export const metaOf = (db: JournalDatabase, name: string): string | undefined =>
  db.prepare<[string], { value: string }>('SELECT value FROM meta WHERE name = ?').get(name)?.value;
