import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import { GENESIS } from '../common/event.ts';
import { MAX_BATCH_EVENTS } from '../common/wire.ts';
import { demoPractice } from '../demo/practice.mjs';
import { readBatch } from '../server/domain/batch.ts';
import { type Ingest, createIngest } from '../server/ingest.ts';
import { loadKeys } from '../server/keys.ts';
import { createLog } from '../server/log.ts';
import { createPairingCode, pairStation } from '../server/pairing.ts';
import { practiceFile } from '../server/practice.ts';
import { seed } from '../server/seed.ts';
import { type Store, type StorePlace, openStore } from '../server/store/store.ts';
import { makePostgres } from '../test/support/postgres.ts';
import { type BareTable, barePostgres, bareSqlite } from './bare-table.ts';
import { makeBatch } from './made-batch.ts';
import { cpuOfTree } from './process-tree.ts';
import { type Row, compared } from './row.ts';

const ROUNDS = 40;
const WARM_UP_ROUNDS = 10;

interface Side {
  /** Microseconds per event, one sample a batch. */
  readonly wall: number[];
  /** Of this process and the database. */
  readonly cpu: number[];
}

/**
 * Ingest of full batches without proofs, from the body's bytes to the commit (parse, schema, canonical
 * form, hash, chain), against prepared inserts of the same rows into the same table with the same indexes
 * and durability. The two alternate in one run.
 */
export async function rows(): Promise<Row[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wardlock-bench-'));
  const postgres = await makePostgres();
  try {
    const onSqlite = await measure({ data: path.join(folder, 'sqlite') }, (station) =>
      bareSqlite(path.join(folder, 'bare'), station),
    );
    const database = await postgres.database();
    const place = { data: path.join(folder, 'postgres'), database };
    const bare = (station: string) => barePostgres(database, station);
    const onPostgres = await measure(place, bare, postgres.pid());
    return [
      row('ingest on SQLite, batches of 1000, against bare inserts', onSqlite, 'wall'),
      row('ingest on SQLite, CPU, against bare inserts', onSqlite, 'cpu'),
      row('ingest on PostgreSQL, batches of 1000, against bare inserts', onPostgres, 'wall'),
      row('ingest on PostgreSQL, CPU with the database, against bare inserts', onPostgres, 'cpu'),
    ];
  } finally {
    await postgres.remove();
    await rm(folder, { recursive: true, force: true });
  }
}

interface Measured {
  readonly ours: Side;
  readonly theirs: Side;
}

/** @param database process that the database runs in, if not in this one */
async function measure(
  place: StorePlace,
  openBare: (station: string) => Promise<BareTable>,
  database?: number,
): Promise<Measured> {
  const store = await openStore(place);
  const log = createLog({ write: () => undefined });
  const station = await pairedStation(place.data, store);
  const ingest = createIngest({ store, log, now: Date.now });
  const bare = await openBare(station);
  const [epoch, bareEpoch] = [randomUUID(), randomUUID()];
  const ours: Side = { wall: [], cpu: [] };
  const theirs: Side = { wall: [], cpu: [] };
  let prev = GENESIS;
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    const batch = makeBatch(station, epoch, round * MAX_BATCH_EVENTS, prev);
    prev = batch.at(-1)?.hash ?? prev;
    const body = Buffer.concat(batch.flatMap(({ canonical }) => [canonical, Buffer.from('\n')]));
    const turns = [
      () => measured(theirs, database, () => bare.insert(bareEpoch, batch)),
      () => measured(ours, database, () => ingestBody(ingest, station, body)),
    ];
    // Whoever goes first meets a colder disk: take turns.
    for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
  }
  await bare.close();
  await store.close();
  return { ours, theirs };
}

async function ingestBody(ingest: Ingest, station: string, body: Buffer): Promise<void> {
  const read = readBatch(body, station);
  if (!read.ok) throw new Error(read.error.code);
  const outcome = await ingest(station, read.value);
  if (!outcome.ok) throw new Error(outcome.error);
}

async function measured(
  side: Side,
  database: number | undefined,
  run: () => Promise<void>,
): Promise<void> {
  const before = database === undefined ? 0 : await cpuOfTree(database);
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  await run();
  const took = performance.now() - wall;
  const { user, system } = process.cpuUsage(cpu);
  const spent = database === undefined ? 0 : (await cpuOfTree(database)) - before;
  side.wall.push((took * 1000) / MAX_BATCH_EVENTS);
  side.cpu.push((user + system + spent * 1_000_000) / MAX_BATCH_EVENTS);
}

const row = (name: string, { ours, theirs }: Measured, what: keyof Side): Row =>
  compared(name, 'µs/event', ours[what].slice(WARM_UP_ROUNDS), theirs[what].slice(WARM_UP_ROUNDS));

async function pairedStation(data: string, store: Store): Promise<string> {
  const keys = await loadKeys(data);
  const practice = practiceFile.parse(
    demoPractice({ credentials: [], appUrl: 'https://a.example/' }),
  );
  await seed(store, keys, practice, Date.now());
  const group = practice.groups[0]?.name ?? '';
  const wanted = { group, uses: 1, hours: 1, approved: true, now: Date.now() };
  const code = await createPairingCode(store, keys, wanted);
  if (!code.ok) throw new Error('no such group');
  const paired = await pairStation(store, {
    secret: code.value.slice(0, 16),
    name: 'bench',
    publicKey: keys.publicJwk,
    thumbprint: keys.thumbprint,
    now: Date.now(),
  });
  if (!paired.ok) throw new Error(paired.error);
  return paired.value.station;
}
