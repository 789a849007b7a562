import { type CompiledQuery, type Insertable, type Kysely, sql } from 'kysely';
import type { Dialect } from './dialect.ts';
import type { Schema } from './schema.ts';

/** Rows per INSERT: the largest that fits goes first, so that few texts serve every number of rows. */
const CHUNKS = [64, 16, 4, 1] as const;

/**
 * Inserts on the hot path: Kysely builds the text once per table and chunk size and only the parameters
 * change, because building and planning it for each batch costs more than the insert.
 */
export async function insertMany<Table extends 'events' | 'proofs'>(
  db: Kysely<Schema>,
  dialect: Dialect,
  table: Table,
  columns: readonly (keyof Schema[Table] & string)[],
  rows: readonly Insertable<Schema[Table]>[],
): Promise<void> {
  for (let from = 0; from < rows.length;) {
    const size = CHUNKS.find((chunk) => chunk <= rows.length - from) ?? 1;
    const parameters: unknown[] = [];
    for (const row of rows.slice(from, from + size)) {
      for (const column of columns) parameters.push(row[column as keyof typeof row]);
    }
    await db.executeQuery({ ...insertOf(db, dialect, table, columns, size), parameters });
    from += size;
  }
}

/** By dialect, because they number their parameters differently. */
const texts = new Map<string, CompiledQuery>();

function insertOf(
  db: Kysely<Schema>,
  dialect: Dialect,
  table: string,
  columns: readonly string[],
  rows: number,
): CompiledQuery {
  const key = `${dialect.name} ${table} ${rows}`;
  const known = texts.get(key);
  if (known !== undefined) return known;
  const blanks = sql`(${sql.join(columns.map(() => sql`${''}`))})`;
  const compiled =
    sql`insert into ${sql.table(table)} (${sql.join(columns.map((c) => sql.ref(c)))}) values ${sql.join(
      Array.from({ length: rows }, () => blanks),
    )}`.compile(db);
  texts.set(key, compiled);
  return compiled;
}
