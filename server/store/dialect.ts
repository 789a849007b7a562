import { type Expression, type RawBuilder, type SqlBool, sql } from 'kysely';

/** The words of CREATE TABLE that the two databases spell differently. */
export interface Ddl {
  /** Bytes. */
  readonly bytes: 'blob' | 'bytea';
  /** Whole numbers up to 2^53. */
  readonly whole: 'integer' | 'bigint';
  /** Text of a field of the JSON in a column of bytes. */
  readonly fieldOf: (column: string, field: string) => string;
  /** A primary key that counts up by itself. */
  readonly counting: string;
  /** Ends a table. */
  readonly end: '' | ' strict';
  /** Ends a table that is read by its primary key only. */
  readonly endByKey: '' | ' strict, without rowid';
}

/** All in which the queries themselves differ. Everything else is written once, for both. */
export interface Dialect {
  readonly name: 'sqlite' | 'postgres';
  readonly ddl: Ddl;
  /** `column` is one of `values`: one text however many there are, so that it is prepared once. */
  oneOf(column: string, values: readonly (string | number)[]): Expression<SqlBool>;
  /** Ends a SELECT whose rows nobody else may change before this transaction has ended. */
  readonly forUpdate: RawBuilder<unknown>;
  /** Lets a transaction's statements take as long as they need; undefined where they may anyhow. */
  readonly unlimited: RawBuilder<unknown> | undefined;
  /** Milliseconds since 1970, of the database's own clock, while the statement runs. */
  readonly clock: RawBuilder<unknown>;
  /** In an INSERT that brings its own values for columns that count up by themselves. */
  readonly withOwnNumbers: RawBuilder<unknown>;
  /** Lets a column count on behind its largest value; undefined where it does so anyhow. */
  readonly countOn: ((table: string, column: string) => RawBuilder<unknown>) | undefined;
}

export const sqlite: Dialect = {
  name: 'sqlite',
  ddl: {
    bytes: 'blob',
    whole: 'integer',
    fieldOf: (column, field) => `json_extract(cast(${column} as text), '$.${field}')`,
    counting: 'integer primary key autoincrement',
    end: ' strict',
    endByKey: ' strict, without rowid',
  },
  oneOf: (column, values) =>
    sql`${sql.ref(column)} in (select value from json_each(${JSON.stringify(values)}))`,
  // `begin immediate` has locked the whole file already.
  forUpdate: sql``,
  unlimited: undefined,
  clock: sql`cast((julianday('now') - 2440587.5) * 86400000 as integer)`,
  withOwnNumbers: sql``,
  countOn: undefined,
};

export const postgres: Dialect = {
  name: 'postgres',
  ddl: {
    bytes: 'bytea',
    whole: 'bigint',
    // PostgreSQL reads no \u0000 and no half of a surrogate pair, wherever it stands: the fields wanted have none.
    fieldOf: (column, field) =>
      `regexp_replace(convert_from(${column}, 'UTF8'), '\\\\u[0-9a-f]{4}', '\\\\u003f', 'g')::json ->> '${field}'`,
    counting: 'bigint generated always as identity primary key',
    end: '',
    endByKey: '',
  },
  oneOf: (column, values) => sql`${sql.ref(column)} = any(${values})`,
  forUpdate: sql`for no key update`,
  unlimited: sql`set local statement_timeout = 0`,
  clock: sql`cast(extract(epoch from clock_timestamp()) * 1000 as bigint)`,
  withOwnNumbers: sql`overriding system value`,
  countOn: (table, column) =>
    sql`select setval(pg_get_serial_sequence(${table}, ${column}), max(${sql.ref(column)})) from ${sql.table(table)}`,
};
