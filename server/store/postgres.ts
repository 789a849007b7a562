import { createHash } from 'node:crypto';
import { Kysely, PostgresDialect } from 'kysely';
import { Pool, type PoolClient, types } from 'pg';
import type { Schema } from './schema.ts';

/** Connections of one server process. */
const CONNECTIONS = 8;
const PREPARED_TEXTS = 500;

/** What every connection of ours is: durable, and never waiting for ever. */
export const connection = (url: string) => ({
  connectionString: url,
  connectionTimeoutMillis: 5_000,
  keepAlive: true,
  application_name: 'wardlock-server',
  // An acknowledged event is on the disk, whatever the database's own default is.
  options: '-c synchronous_commit=on',
  statement_timeout: 60_000,
  idle_in_transaction_session_timeout: 60_000,
});

/**
 * A pool of connections to one database.
 * `lost` is told of connections that ended while nothing ran on them; the pool makes new ones.
 */
export function openPostgres(url: string, lost: (error: Error) => void): Kysely<Schema> {
  const pool = new Pool({
    ...connection(url),
    max: CONNECTIONS,
    types: {
      getTypeParser: (oid, format) =>
        oid === types.builtins.INT8 ? Number : types.getTypeParser(oid, format),
    },
  });
  pool.on('error', lost);
  // One that ends between two queries of a transaction: the next of them fails, and the pool lets it go.
  pool.on('connect', (client) => client.on('error', () => undefined));
  return new Kysely<Schema>({
    dialect: new PostgresDialect({
      pool: {
        options: pool.options,
        connect: async () => prepared(await pool.connect()),
        end: () => pool.end(),
      },
    }),
  });
}

const clients = new WeakMap<PoolClient, PoolClient>();
const names = new Map<string, string>();

/**
 * The same connection, which prepares each text once: planning a multi-row INSERT anew costs more than
 * carrying it out.
 */
function prepared(client: PoolClient): PoolClient {
  const known = clients.get(client);
  if (known !== undefined) return known;
  const wrapped: PoolClient = Object.create(client, {
    query: {
      value: (text: string, values: readonly unknown[]) =>
        client.query({ ...nameOf(text), text, values: [...values] }),
    },
    release: { value: (error?: Error | boolean) => client.release(error) },
  });
  clients.set(client, wrapped);
  return wrapped;
}

function nameOf(text: string): { name?: string } {
  const known = names.get(text);
  if (known !== undefined) return { name: known };
  if (names.size >= PREPARED_TEXTS) return {};
  // At most 63 bytes of a name count.
  const name = createHash('sha256').update(text).digest('base64url');
  names.set(text, name);
  return { name };
}
