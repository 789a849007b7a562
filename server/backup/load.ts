import { type CompiledQuery, type Kysely, sql } from 'kysely';
import { type Result, err, ok } from '../../common/result.ts';
import type { Dialect } from '../store/dialect.ts';
import { migrate } from '../store/migrate.ts';
import { migrations } from '../store/migrations/index.ts';
import type { Schema } from '../store/schema.ts';
import type { Cell } from './format.ts';
import { type Contents, rowsOf } from './read.ts';
import { type TableShape, tablesOf } from './tables.ts';

/**
 * Loads a checked backup into a database that has no tables: at the schema it was made from, then brought
 * to the newest. An error leaves the database as it was; it is a sentence.
 */
export async function loadBackup(
  db: Kysely<Schema>,
  dialect: Dialect,
  file: string,
  { header, tables }: Contents,
): Promise<Result<undefined, string>> {
  if (!Object.hasOwn(migrations, header.schema)) {
    return err(
      `${file} was made by a newer Wardlock (schema "${header.schema}"): restore it with that version or a newer one.`,
    );
  }
  if ((await tablesOf(db, dialect)).length > 0) {
    return err(`The database is not empty; allowed is one without tables. Nothing was restored.`);
  }
  try {
    await migrate(db, dialect, header.schema);
    const shapes = await tablesOf(db, dialect);
    const isSame =
      tables.length === shapes.length &&
      tables.every(({ table, columns }) => {
        const names = shapes.find(({ name }) => name === table)?.columns ?? [];
        return names.toSorted().join() === columns.toSorted().join();
      });
    if (!isSame) {
      await dropAll(db, dialect);
      return err(`${file} has other tables than its schema "${header.schema}" has.`);
    }
    await db.transaction().execute((trx) => fill(trx, dialect, file, shapes));
    await migrate(db, dialect);
  } catch (error) {
    await dropAll(db, dialect);
    throw error;
  }
  return ok(undefined);
}

async function fill(
  trx: Kysely<Schema>,
  dialect: Dialect,
  file: string,
  shapes: readonly TableShape[],
): Promise<void> {
  // Migrations leave rows in some, which the backup has too.
  for (const { name } of shapes.toReversed())
    await sql`delete from ${sql.table(name)}`.execute(trx);
  let current: { readonly name: string; readonly insert: Insert } | undefined;
  for await (const { table, row } of rowsOf(file)) {
    if (current?.name !== table.table) {
      await current?.insert.end();
      current = { name: table.table, insert: insertInto(trx, dialect, table.table, table.columns) };
    }
    await current.insert.add(row);
  }
  await current?.insert.end();
  for (const { name, counting } of shapes) {
    if (counting !== undefined) await dialect.countOn?.(name, counting).execute(trx);
  }
}

interface Insert {
  add(row: readonly Cell[]): Promise<void>;
  end(): Promise<void>;
}

/** Rows of one INSERT. Neither database takes more than 32,766 parameters. */
const CHUNK = 200;

function insertInto(
  trx: Kysely<Schema>,
  { withOwnNumbers }: Dialect,
  table: string,
  columns: readonly string[],
): Insert {
  let waiting: (readonly Cell[])[] = [];
  let full: CompiledQuery | undefined;
  const compile = (rows: readonly (readonly Cell[])[]) =>
    sql`insert into ${sql.table(table)} (${sql.join(columns.map((one) => sql.ref(one)))}) ${withOwnNumbers}
      values ${sql.join(rows.map((row) => sql`(${sql.join([...row])})`))}`.compile(trx);
  async function send(): Promise<void> {
    const rows = waiting;
    waiting = [];
    if (rows.length === 0) return;
    // Building the text costs more than the insert.
    const query = rows.length === CHUNK ? (full ??= compile(rows)) : compile(rows);
    await trx.executeQuery({ ...query, parameters: rows.flat() });
  }
  return {
    async add(row) {
      waiting.push(row);
      if (waiting.length === CHUNK) await send();
    },
    end: send,
  };
}

/** Takes away what this restore has made; there was nothing before it. */
async function dropAll(db: Kysely<Schema>, dialect: Dialect): Promise<void> {
  for (const { name } of (await tablesOf(db, dialect)).toReversed()) {
    await sql`drop table ${sql.table(name)}`.execute(db);
  }
  for (const name of ['kysely_migration', 'kysely_migration_lock']) {
    await sql`drop table if exists ${sql.table(name)}`.execute(db);
  }
}
