// Two server processes on one PostgreSQL: the one that signs is stopped by the system and wakes up later.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Checkpoint } from '../../common/checkpoint.ts';
import { loadKeys } from '../../server/keys.ts';
import { emptyDatabase } from '../support/database.ts';
import { opened } from '../support/ledger.ts';
import { TestJournal, TestStation, makePractice, refusalOf, sendOverHttp } from './server-lab.ts';
import { type ServerProcess, serverCommand, startServer } from './server-process.ts';
import { verifiedExport, wholeLedger } from './whole-ledger.ts';

vi.setConfig({ testTimeout: 600_000 });

const slow = { timeout: 120_000, interval: 20 };
let data: string;
let database: string;
let servers: ServerProcess[];
let clients: Client[];
beforeEach(async () => {
  data = await mkdtemp(path.join(tmpdir(), 'wardlock-paused-'));
  database = (await emptyDatabase()) ?? '';
  servers = [];
  clients = [];
});
afterEach(async () => {
  for (const { child } of servers) child.kill('SIGCONT');
  await Promise.all(servers.map((server) => server.end('SIGKILL')));
  await Promise.all(clients.map((client) => client.end()));
  await rm(data, { recursive: true });
});

async function connect(): Promise<Client> {
  const client = new Client(database);
  await client.connect();
  clients.push(client);
  return client;
}

/** A station at a server that can be told from the other one in PostgreSQL's own tables. */
async function serverWithStation(name: string, code: string) {
  const url = new URL(database);
  url.searchParams.set('application_name', name);
  // What a server that sleeps in a transaction holds is let go after this.
  url.searchParams.set('idle_in_transaction_session_timeout', '2000');
  const server = await startServer(data, '--database', url.href);
  servers.push(server);
  const station = new TestStation(sendOverHttp(server.origin));
  expect((await station.pair(code)).status).toBe(200);
  const journal = new TestJournal(station.id);
  const { publicJwk } = await loadKeys(data);
  return {
    name,
    server,
    journal,
    async upload(count: number): Promise<void> {
      const entries = Array.from({ length: count }, () => journal.append({ type: 'app.blocked' }));
      for (;;) {
        const answer = await station.upload(entries);
        if (answer.status === 200) return;
        // What slept in a transaction was ended by the database: once more.
        expect(refusalOf(answer).code).toBe('database-away');
        await station.fetchNonce();
      }
    },
    async shown(): Promise<Checkpoint> {
      const answer = await fetch(`${server.origin}/v1/log/checkpoint`);
      return opened(await answer.text(), publicJwk);
    },
  };
}

async function twoServers() {
  const file = path.join(data, 'practice.json');
  await writeFile(file, JSON.stringify(makePractice().practice));
  const where = ['--data', data, '--database', database];
  expect((await serverCommand('seed', ...where, '--file', file)).code).toBe(0);
  const group = ['--group', 'ICU North', '--count', '2', '--approved'];
  const code = (await serverCommand('pairing-code', ...where, ...group)).stdout.trim();
  const [one, two] = [
    await serverWithStation('server-one', code),
    await serverWithStation('server-two', code),
  ];
  return { one, two };
}

type Paused = Awaited<ReturnType<typeof twoServers>>['one'];

/** From now on the database notes the size of each signed tree that it takes. */
async function signedSizes(): Promise<() => Promise<readonly number[]>> {
  const client = await connect();
  await client.query(`
    create table taken (at bigint generated always as identity, size bigint);
    create function take() returns trigger language plpgsql as
      $$ begin insert into taken (size) values (new.note_size); return new; end $$;
    create trigger take after update on ledger for each row
      when (new.note is distinct from old.note) execute function take();
  `);
  return async () => {
    const { rows } = await client.query<{ size: string }>('select size from taken order by at');
    return rows.map(({ size }) => Number(size));
  };
}

/** Stops it once it has grown the tree and reads it to sign it: in no transaction that the database would end. */
async function stopBeforeSignature({ name, server, upload }: Paused): Promise<void> {
  const [row, segments, tiles, watch] = [
    await connect(),
    await connect(),
    await connect(),
    await connect(),
  ];
  await tiles.query(`set application_name = 'tiles'`);
  const waitsFor = (who: string, table: string) =>
    vi.waitFor(async () => {
      const { rows } = await watch.query<{ query: string }>(
        `select query from pg_stat_activity where datname = current_database()
         and application_name = $1 and wait_event_type = 'Lock'`,
        [who],
      );
      expect(rows.map(({ query }) => query.includes(table))).toEqual([true]);
    }, slow);
  await row.query('begin');
  await row.query('select 1 from ledger for update');
  await upload(3);
  await waitsFor(name, '"ledger"');
  // It is let in, reads tiles, and waits for its segments; behind it somebody waits for the tiles.
  await segments.query('begin');
  await segments.query('lock table ledger_segments in exclusive mode');
  await row.query('commit');
  await waitsFor(name, 'ledger_segments');
  await tiles.query('begin');
  const locked = tiles.query('lock table ledger_tiles in access exclusive mode');
  await waitsFor('tiles', 'ledger_tiles');
  await segments.query('commit');
  await locked;
  await waitsFor(name, 'ledger_tiles');
  server.child.kill('SIGSTOP');
  await tiles.query('commit');
}

/** Stops it between its transaction that grew the tree and the one that keeps the signature. */
async function stopMidSigning({ name, server, upload }: Paused): Promise<() => Promise<void>> {
  const [first, second, watch] = [await connect(), await connect(), await connect()];
  const waiters = async (): Promise<readonly string[]> => {
    const { rows } = await watch.query<{ application_name: string }>(
      `select application_name from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock' order by query_start`,
    );
    return rows.map((row) => row.application_name);
  };
  await second.query(`set application_name = 'queue'`);
  await first.query('begin');
  await first.query('select 1 from ledger for update');
  await upload(3);
  // Its transaction that grows the tree waits for us, and we once more behind it: at the table, which goes to
  // whoever waits for it; the row would go to whoever comes first.
  await vi.waitFor(async () => expect(await waiters()).toEqual([name]), slow);
  await second.query('begin');
  const queued = second.query('lock table ledger in exclusive mode');
  await vi.waitFor(async () => expect(await waiters()).toEqual([name, 'queue']), slow);
  await first.query('commit');
  await queued;
  const { rows } = await second.query<{ size: string; note_size: string }>(
    'select size, note_size from ledger',
  );
  // It has grown the tree, and waits to bring the signature.
  expect(Number(rows[0]?.size)).toBe(Number(rows[0]?.note_size) + 3);
  await vi.waitFor(async () => expect(await waiters()).toEqual([name]), slow);
  server.child.kill('SIGSTOP');
  return async () => void (await second.query('commit'));
}

test('one that is paused mid-signing: the other goes on, and the first one adds no second history', async () => {
  const { one, two } = await twoServers();
  await one.upload(5);
  await two.upload(5);
  await vi.waitFor(async () => expect((await two.shown()).size).toBe(10), slow);
  await vi.waitFor(async () => expect((await one.shown()).size).toBe(10), slow);
  const { origin } = await one.shown();
  for (const [paused, other] of [
    [one, two],
    [two, one],
  ] as const) {
    // Only one of them may come to the lock first: the other one sleeps meanwhile.
    other.server.child.kill('SIGSTOP');
    const before = (await paused.shown()).size;
    // The other one's term ends.
    await sleep(6_000);
    const release = await stopMidSigning(paused);
    other.server.child.kill('SIGCONT');
    await release();
    await other.upload(7);
    await vi.waitFor(async () => expect((await other.shown()).size).toBe(before + 10), slow);
    await other.upload(2);
    await vi.waitFor(async () => expect((await other.shown()).size).toBe(before + 12), slow);
    paused.server.child.kill('SIGCONT');
    await paused.upload(4);
    await vi.waitFor(async () => expect((await paused.shown()).size).toBe(before + 16), slow);
    await vi.waitFor(async () => expect((await other.shown()).size).toBe(before + 16), slow);
    expect(await paused.shown()).toEqual(await other.shown());
  }
  expect((await one.shown()).origin).toBe(origin);
  for (const { server } of [one, two]) expect(await server.end('SIGTERM')).toBe(0);
  expect(await verifiedExport(data, '--database', database)).toEqual(
    wholeLedger([one.journal, two.journal]),
  );
});

test('one that sleeps before it signs: its older signature is not taken when it wakes up', async () => {
  const { one, two } = await twoServers();
  await one.upload(5);
  await two.upload(5);
  await vi.waitFor(async () => expect((await two.shown()).size).toBe(10), slow);
  const taken = await signedSizes();
  two.server.child.kill('SIGSTOP');
  // The other one's term ends.
  await sleep(6_000);
  await stopBeforeSignature(one);
  two.server.child.kill('SIGCONT');
  await two.upload(7);
  await vi.waitFor(async () => expect((await two.shown()).size).toBe(20), slow);
  one.server.child.kill('SIGCONT');
  await one.upload(4);
  await vi.waitFor(async () => expect((await one.shown()).size).toBe(24), slow);
  await vi.waitFor(async () => expect((await two.shown()).size).toBe(24), slow);
  const sizes = await taken();
  expect(sizes).not.toContain(13);
  expect(sizes).toEqual([...new Set(sizes)].toSorted((a, b) => a - b));
  for (const { server } of [one, two]) expect(await server.end('SIGTERM')).toBe(0);
});

test('paused at any moment of uploads at both: nothing is lost, nothing is twice, one tree', async () => {
  const { one, two } = await twoServers();
  const taken = await signedSizes();
  const roots = new Map<number, Set<string>>();
  const note = async (lab: Paused): Promise<void> => {
    const { size, root } = await lab.shown();
    roots.set(size, (roots.get(size) ?? new Set()).add(Buffer.from(root).toString('hex')));
  };
  let isOver = false;
  const uploads = [one, two].map(async (lab) => {
    while (!isOver) {
      await lab.upload(3);
      await note(lab);
    }
  });
  for (const lab of [one, two, one, two]) {
    await sleep(300);
    lab.server.child.kill('SIGSTOP');
    const other = lab === one ? two : one;
    const reached = (await other.shown()).size + 30;
    // The other one takes over, whatever the sleeping one holds.
    await vi.waitFor(async () => expect((await other.shown()).size).toBeGreaterThan(reached), slow);
    lab.server.child.kill('SIGCONT');
  }
  isOver = true;
  await Promise.all(uploads);
  for (const lab of [one, two]) {
    const all = one.journal.entries.length + two.journal.entries.length;
    await vi.waitFor(async () => expect((await lab.shown()).size).toBe(all), slow);
    await note(lab);
  }
  const sizes = await taken();
  expect(sizes).toEqual([...new Set(sizes)].toSorted((a, b) => a - b));
  // No two trees of one size.
  expect([...roots.values()].filter((found) => found.size > 1)).toEqual([]);
  for (const { server } of [one, two]) expect(await server.end('SIGTERM')).toBe(0);
  expect(await verifiedExport(data, '--database', database)).toEqual(
    wholeLedger([one.journal, two.journal]),
  );
});
