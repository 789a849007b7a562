import { type Kysely, sql } from 'kysely';
import type { Dialect } from '../store/dialect.ts';
import type { Schema } from '../store/schema.ts';

export interface TableShape {
  readonly name: string;
  readonly columns: readonly string[];
  /** Its numbers come from the database. */
  readonly counting: string | undefined;
}

/** The tables of a database, each after those that its rows refer to. */
export async function tablesOf(
  db: Kysely<Schema>,
  dialect: Pick<Dialect, 'name'>,
): Promise<readonly TableShape[]> {
  const found = (await db.introspection.getTables()).filter(({ isView }) => !isView);
  const shapes = found.map(({ name, columns }): TableShape => ({
    name,
    columns: columns.map((one) => one.name),
    counting: columns.find((one) => one.isAutoIncrementing)?.name,
  }));
  const { rows } = await references[dialect.name].execute(db);
  const ordered: TableShape[] = [];
  for (let left = shapes; left.length > 0;) {
    const names = new Set(left.map(({ name }) => name));
    const waits = new Set(
      rows.filter((row) => row.of !== row.to && names.has(row.to)).map((row) => row.of),
    );
    const next = left.filter(({ name }) => !waits.has(name));
    if (next.length === 0) throw new Error('tables refer to each other in a circle');
    ordered.push(...next);
    left = left.filter(({ name }) => waits.has(name));
  }
  return ordered;
}

const references = {
  sqlite: sql<Reference>`select m.name as "of", f."table" as "to"
    from sqlite_master m join pragma_foreign_key_list(m.name) f where m.type = 'table'`,
  postgres: sql<Reference>`select c.relname as "of", t.relname as "to" from pg_constraint
    join pg_class c on c.oid = conrelid join pg_class t on t.oid = confrelid where contype = 'f'`,
};

interface Reference {
  readonly of: string;
  readonly to: string;
}
