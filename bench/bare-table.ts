import path from 'node:path';
import Database from 'better-sqlite3';
import { Client } from 'pg';
import { connection } from '../server/store/postgres.ts';
import { openStore } from '../server/store/store.ts';
import { MEMBER, type Made } from './made-batch.ts';

/** Nothing but prepared inserts of the rows that the server makes of a batch: what its ingest is compared with. */
export interface BareTable {
  insert(epoch: string, batch: readonly Made[]): Promise<void>;
  close(): Promise<void>;
}

const columns = [
  ...['station', 'epoch', 'seq', 'hash', 'type', 'received_at', 'verdict', 'canonical'],
  ...['at', 'outcome', 'member'],
];
const insertInto = `insert into events (${columns.join(', ')}) values`;

const rowOf = (station: string, epoch: string, { seq, hash, canonical }: Made, at: string) => [
  ...[station, epoch, seq, hash, 'session.locked', at, 'verified', canonical],
  ...[at, 'success', MEMBER],
];

/** The server's own table in a file of its own, made by its own migrations. */
export async function bareSqlite(folder: string, station: string): Promise<BareTable> {
  await (await openStore({ data: folder })).close();
  const db = new Database(path.join(folder, 'wardlock.db'));
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = OFF');
  const insert = db.prepare(`${insertInto} (${columns.map(() => '?').join(', ')})`);
  const at = new Date().toISOString();
  const insertAll = db.transaction((epoch: string, batch: readonly Made[]) => {
    for (const made of batch) insert.run(...rowOf(station, epoch, made, at));
  });
  return {
    insert: async (epoch, batch) => insertAll(epoch, batch),
    close: async () => void db.close(),
  };
}

/** The server's own table itself, by one prepared statement a batch. */
export async function barePostgres(address: string, station: string): Promise<BareTable> {
  const client = new Client(connection(address));
  await client.connect();
  const at = new Date().toISOString();
  const textFor = (rows: number) => {
    const places = Array.from({ length: rows }, (_, row) => {
      const numbers = columns.map((_name, column) => `$${row * columns.length + column + 1}`);
      return `(${numbers.join(', ')})`;
    });
    return `${insertInto} ${places.join(', ')}`;
  };
  let text = '';
  return {
    async insert(epoch, batch) {
      if (text === '') text = textFor(batch.length);
      const values = batch.flatMap((made) => rowOf(station, epoch, made, at));
      await client.query({ name: `bare-${batch.length}`, text, values });
    },
    close: () => client.end(),
  };
}
