import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { emptyDatabase, onPostgres, openRaw } from '../../test/support/database.ts';
import { type EventSearch, eventQuery } from './event-search.ts';
import type { Schema } from './schema.ts';
import { openStore } from './store.ts';

const EVENTS = 30_000;
let data: string;
let db: Kysely<Schema>;

beforeAll(async () => {
  data = await mkdtemp(path.join(tmpdir(), 'wardlock-search-'));
  const place = { data, database: await emptyDatabase() };
  await (await openStore(place)).close();
  db = openRaw(place);
  const rows = [
    `insert into station_groups values ('ICU', '{}', '[]')`,
    `insert into pairing_codes values ('p', cast('' as ${onPostgres() ? 'bytea' : 'blob'}), 'ICU', 1, 1, 'e', 'c', 1)`,
    // Numbers of six digits instead of times: their text sorts the same way.
    `with recursive n (i) as (select 100001 union all select i + 1 from n where i < ${100_000 + EVENTS})
     insert into stations (id, thumbprint, public_key, name, group_name, pairing_code, paired_at)
     select 's' || i, i, '', '', 'ICU', 'p', '' from n where i <= 100050`,
    `with recursive n (i) as (select 100001 union all select i + 1 from n where i < ${100_000 + EVENTS})
     insert into events (station, epoch, seq, hash, type, received_at, verdict, canonical, at, outcome, member)
     select 's' || (100001 + i % 50), 'e', i, i, 't' || (i % 100), '', 'verified',
       cast('' as ${onPostgres() ? 'bytea' : 'blob'}), cast(i as text),
       case when i % 50 = 7 then 'failure' else 'success' end,
       case when i % 3 = 0 then 'm' || (i % 60) end from n`,
    'analyze',
  ];
  for (const row of rows) await sql.raw(onPostgres() ? cast(row) : row).execute(db);
});
afterAll(async () => {
  await db.destroy();
  await rm(data, { recursive: true });
});

/** PostgreSQL takes no number for a text. */
const cast = (row: string) =>
  row.replace("|| i, i, ''", "|| i, i::text, ''").replace("'e', i, i,", "'e', i, i::text,");

async function planOf(search: EventSearch): Promise<string> {
  const query = eventQuery(db, search).compile();
  const explain = onPostgres() ? 'explain' : 'explain query plan';
  const { rows } = await db.executeQuery<Record<string, unknown>>({
    ...query,
    sql: `${explain} ${query.sql}`,
  });
  return rows.map((row) => String(row['QUERY PLAN'] ?? row['detail'])).join('\n');
}

const before = { at: '115000', id: 15_000 };
test.each<[string, Partial<EventSearch>]>([
  ['events_at', {}],
  ['events_at', { from: '110000', to: '120000' }],
  ['events_of_member', { member: 'm9' }],
  ['events_at_station', { station: 's100009' }],
  ['events_of_type', { type: 't3' }],
  ['events_failed', { outcome: 'failure' }],
])('%s gives a page of %o in its order, without sorting', async (index, search) => {
  for (const place of [{}, { before }]) {
    const plan = await planOf({ ...search, ...place, limit: 10 });
    expect(plan).toMatch(new RegExp(`\\b${index}\\b`));
    expect(plan).not.toMatch(/sort|temp b-tree/i);
  }
});

test.each<[Partial<EventSearch>, (i: number) => boolean]>([
  [{}, () => true],
  [{ member: 'm9' }, (i) => i % 60 === 9],
  [{ station: 's100009' }, (i) => i % 50 === 8],
  [{ type: 't3', outcome: 'success' }, (i) => i % 100 === 3],
  [
    { outcome: 'failure', from: '110000', to: '120000' },
    (i) => i % 50 === 7 && i >= 110_000 && i < 120_000,
  ],
  [{ member: 'm9', station: 's100010', outcome: 'success' }, (i) => i % 300 === 9],
  [{ member: 'nobody' }, () => false],
])('pages of %o hold each event once, newest first', async (search, is) => {
  const found: number[] = [];
  let place: EventSearch['before'];
  for (;;) {
    const rows = await eventQuery(db, { ...search, before: place, limit: 999 }).execute();
    found.push(...rows.map(({ seq }) => seq));
    const last = rows.at(-1);
    if (last === undefined) break;
    place = { at: last.at, id: last.id };
  }
  const all = Array.from({ length: EVENTS }, (_, index) => 100_000 + EVENTS - index);
  expect(found).toEqual(all.filter(is));
});
