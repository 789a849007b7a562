import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { MAX_BATCH_EVENTS } from '../common/wire.ts';
import {
  type Entry,
  type PersonKey,
  TestJournal,
  type TestStation,
} from '../test/contract/server-lab.ts';
import { makePostgres } from '../test/support/postgres.ts';
import { drain } from './backlog.ts';
import { answers, searches } from './answers.ts';
import { barePostgres } from './bare-table.ts';
import { type Row, compared } from './row.ts';
import { type Rsyslog, startRsyslog } from './rsyslog.ts';
import { type Serving, serving } from './serving.ts';
import { inTurns, wallOf } from './turns.ts';

const STATIONS = 16;
const SMALL = 5;
const BACKLOG = 100_000;

/**
 * A server process on PostgreSQL under load over HTTP, everything verified. This program, which signs for
 * the stations, and the database share its processors.
 */
export async function rows(): Promise<Row[]> {
  const postgres = await makePostgres();
  const database = await postgres.database();
  const server = await serving(database, { stations: STATIONS, processes: 1 });
  const rsyslog = await startRsyslog(await postgres.database());
  try {
    const sources = sourcesOf(server);
    return [
      ...(await fullBatches(sources.slice(0, 2), database, rsyslog)),
      await smallRequests(sources, database),
      await backlog(server, database),
      ...(await reading(server, sources)),
      ...(await searches(database, await server.treeSize(), 200)),
    ];
  } finally {
    await rsyslog.stop();
    await server.stop();
    await postgres.remove();
  }
}

/** A station, its journal, and the key of the person who works there. */
interface Source {
  readonly station: TestStation;
  readonly journal: TestJournal;
  readonly key: PersonKey;
}

const sourcesOf = ({ stations, keys }: Serving): Source[] =>
  stations.map((station, n) => ({
    station,
    journal: new TestJournal(station.id),
    key: at(keys, n),
  }));

/** The next events; every fourth is an access with its proof. */
function grow({ journal, key }: Source, events: number): Entry[] {
  return Array.from({ length: events }, (_, n) => {
    if (n % 4 === 0) return journal.access(key);
    const detail = { cause: 'idle' };
    return journal.append({ type: 'session.locked', session: randomUUID(), detail });
  });
}

async function upload({ station }: Source, entries: readonly Entry[]): Promise<void> {
  const answer = await station.upload(entries);
  if (answer.status !== 200) throw new Error(answer.body);
}

/** What all sides of a comparison do, round by round: a batch for each source. */
function turns(sources: readonly Source[], rounds: number, size: number) {
  const work = Array.from({ length: rounds }, () => sources.map((source) => grow(source, size)));
  return (run: (batch: readonly Entry[], source: number) => Promise<void>, parts: number) => {
    let round = 0;
    return () => wallOf(parts, () => Promise.all(at(work, round++).map(run)));
  };
}

/** The same rows by prepared statements alone, a connection and an epoch for each source. */
async function bareInserts(sources: readonly Source[], database: string) {
  const tables = await Promise.all(
    sources.map(async ({ station }) => ({
      table: await barePostgres(database, station.id),
      epoch: randomUUID(),
    })),
  );
  return {
    async insert(batch: readonly Entry[], source: number): Promise<void> {
      const made = batch.map(({ event: { seq }, canonical, hash }) => ({ seq, canonical, hash }));
      await tables[source]?.table.insert(tables[source].epoch, made);
    },
    close: () => Promise.all(tables.map(({ table }) => table.close())),
  };
}

async function fullBatches(
  sources: readonly Source[],
  database: string,
  rsyslog: Rsyslog,
): Promise<Row[]> {
  const length = { warmUp: 5, rounds: 20 };
  const parts = sources.length * MAX_BATCH_EVENTS;
  const side = turns(sources, 25, MAX_BATCH_EVENTS);
  const bare = await bareInserts(sources, database);
  const [ours, inserts, lines] = await inTurns(length, [
    side((batch, n) => upload(at(sources, n), batch), parts),
    side(bare.insert, parts),
    side((batch) => rsyslog.insert(batch.map(({ canonical }) => canonical)), parts),
  ]);
  await bare.close();
  const what = 'ingest over HTTP on PostgreSQL, batches of 1000, 250 accesses in each';
  return [
    compared(`${what}, against bare inserts`, 'µs/event', ours, inserts),
    compared(`${what}, against rsyslog`, 'µs/event', ours, lines),
  ];
}

async function smallRequests(sources: readonly Source[], database: string): Promise<Row> {
  const bare = await bareInserts(sources, database);
  const side = turns(sources, 120, SMALL);
  const [ours, inserts] = await inTurns({ warmUp: 20, rounds: 100 }, [
    side((batch, n) => upload(at(sources, n), batch), sources.length),
    side(bare.insert, sources.length),
  ]);
  await bare.close();
  const name = `requests of ${SMALL} events from ${sources.length} stations, against bare inserts`;
  return compared(name, 'µs/request', ours, inserts);
}

async function backlog(server: Serving, database: string): Promise<Row> {
  const [source] = sourcesOf(server);
  if (source === undefined) throw new Error('no station');
  const bare = await bareInserts([source], database);
  const insert = turns(
    [source],
    BACKLOG / MAX_BATCH_EVENTS,
    MAX_BATCH_EVENTS,
  )(bare.insert, MAX_BATCH_EVENTS);
  const inserts: number[] = [];
  for (let batch = 0; batch < BACKLOG / MAX_BATCH_EVENTS; batch++) inserts.push(await insert());
  await bare.close();
  const took = await drain(server, BACKLOG);
  return compared(
    'backlog of 100,000 from an outbox, against bare inserts',
    'µs/event',
    [took],
    inserts,
  );
}

async function reading(server: Serving, sources: readonly Source[]): Promise<Row[]> {
  const lags: number[] = [];
  const source = at(sources, 0);
  for (let n = 0; n < 30; n++) {
    const before = await settled(server);
    await upload(source, grow(source, SMALL));
    const from = performance.now();
    while ((await server.treeSize()) < before + SMALL) await sleep(5);
    lags.push(performance.now() - from);
  }
  return [
    compared('from the commit to the checkpoint that holds it', 'ms', lags),
    ...(await answers(server, 200)),
  ];
}

/** Waits until the tree stands still: its size. */
async function settled({ treeSize }: Serving): Promise<number> {
  let last = -1;
  for (let now = await treeSize(); now !== last; now = await treeSize()) {
    last = now;
    await sleep(1_000);
  }
  return last;
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new Error(`nothing at ${index}`);
  return item;
}

if (process.argv[1] === import.meta.filename) console.table(await rows());
