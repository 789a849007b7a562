import { type Kysely, sql } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Dialect } from './dialect.ts';
import { StoreRefusal } from './failure.ts';
import { migrations } from './migrations/index.ts';
import type { Schema } from './schema.ts';

/**
 * Brings a database to a schema, the newest unless named, in one transaction. Several processes may do this
 * at once: one of them does it, the others wait and find it done.
 */
export async function migrate(
  db: Kysely<Schema>,
  { ddl, unlimited }: Pick<Dialect, 'ddl' | 'unlimited'>,
  to = Object.keys(migrations).toSorted().at(-1) ?? '',
): Promise<void> {
  const all = Object.entries(migrations).map(([name, statements]): [string, Migration] => [
    name,
    {
      async up(trx) {
        await unlimited?.execute(trx);
        for (const statement of statements(ddl)) await sql.raw(statement).execute(trx);
      },
    },
  ]);
  const provider = { getMigrations: async () => Object.fromEntries(all) };
  const { error } = await new Migrator({ db, provider }).migrateTo(to);
  if (error === undefined) return;
  // Where nothing can be read there, what failed before is the thing to say.
  const unknown = await unknownSchema(db).catch(() => undefined);
  if (unknown === undefined) {
    throw error instanceof Error ? error : new Error('migration failed', { cause: error });
  }
  throw newer(unknown);
}

const newer = (schema: string) =>
  new StoreRefusal(
    `The database was made by a newer Wardlock (schema "${schema}"): start that version or a newer one. Nothing was changed.`,
  );

/** Throws when a newer Wardlock has brought the database to a schema that this one does not know. */
export async function checkSchema(db: Kysely<Schema>): Promise<void> {
  const unknown = await unknownSchema(db);
  if (unknown !== undefined) throw newer(unknown);
}

/** The newest schema that the database has been brought to and that we do not know. */
async function unknownSchema(db: Kysely<Schema>): Promise<string | undefined> {
  const { rows } = await sql<{
    name: string;
  }>`select name from kysely_migration order by name`.execute(db);
  return rows.findLast(({ name }) => !Object.hasOwn(migrations, name))?.name;
}
