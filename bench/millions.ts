import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { GENESIS } from '../common/event.ts';
import { MAX_BATCH_EVENTS } from '../common/wire.ts';
import type { TestStation } from '../test/contract/server-lab.ts';
import { type Postgres, makePostgres } from '../test/support/postgres.ts';
import { answers, questions, searches } from './answers.ts';
import { makeBatch } from './made-batch.ts';
import { type Row, compared } from './row.ts';
import { type Serving, serving } from './serving.ts';
import { inTurns, wallOf } from './turns.ts';

const SIZE = { stations: 8, processes: 2 };
const YEAR_MS = 365 * 24 * 3_600_000;
const SAY_EVERY = 500_000;

/**
 * Two server processes on a PostgreSQL that holds `events` rows of the last two years, beside two on an
 * empty one: ingest in turns, and what is asked of the full one. Everything comes in over HTTP.
 */
export async function millions(events: number, say: (line: string) => void): Promise<Row[]> {
  const postgres = await makePostgres();
  const database = await postgres.database();
  const full = await serving(database, SIZE);
  const empty = await serving(await postgres.database(), SIZE);
  try {
    const perStation = events / SIZE.stations;
    const began = Date.now() - 2 * YEAR_MS;
    const old = full.stations.map((station) =>
      endless(station, (seq) => began + (2 * YEAR_MS * seq) / perStation),
    );
    let lap = performance.now();
    for (let sent = 0; sent < events;) {
      await Promise.all(old.map((upload) => upload()));
      sent += SIZE.stations * MAX_BATCH_EVENTS;
      if (sent % SAY_EVERY >= SIZE.stations * MAX_BATCH_EVENTS) continue;
      const perSecond = (SAY_EVERY * 1000) / (performance.now() - lap);
      say(`${sent} events at the server, the last ${SAY_EVERY} at ${perSecond.toFixed(0)}/s`);
      lap = performance.now();
    }
    const from = performance.now();
    while ((await full.treeSize()) < events) await sleep(100);
    const behind = (performance.now() - from) / 1000;
    say(`all of them in the tree ${behind.toFixed(1)} s after the last was acknowledged`);
    const cold = await coldAnswers(postgres, full);
    return [
      ...cold,
      ...(await answers(full, 500)),
      ...(await searches(database, events, 500)),
      await ingest(full, empty, events),
    ];
  } finally {
    await Promise.all([full.stop(), empty.stop()]);
    await postgres.remove();
  }
}

/** Uploads the next full batch of a station's journal at each call. */
function endless(station: TestStation, at?: (seq: number) => number): () => Promise<void> {
  const epoch = randomUUID();
  let [seq, head] = [0, GENESIS];
  return async () => {
    const batch = makeBatch(station.id, epoch, seq, head, at);
    const answer = await station.upload(batch);
    if (answer.status !== 200) throw new Error(answer.body);
    seq += batch.length;
    head = batch.at(-1)?.hash ?? head;
  };
}

async function ingest(full: Serving, empty: Serving, events: number): Promise<Row> {
  // Their nonces are as old as the last request of each.
  for (const { stations } of [full, empty]) {
    await Promise.all(stations.map((station) => station.fetchNonce()));
  }
  const side = ({ stations }: Serving) => {
    const uploads = stations.map((station) => endless(station));
    return () =>
      wallOf(stations.length * MAX_BATCH_EVENTS, () =>
        Promise.all(uploads.map((upload) => upload())),
      );
  };
  const [ours, theirs] = await inTurns({ warmUp: 3, rounds: 30 }, [side(full), side(empty)]);
  return compared(`ingest beside ${events} rows, against an empty table`, 'µs/event', ours, theirs);
}

/** The first answer of each kind after the database has started anew, one sample each. */
async function coldAnswers(postgres: Postgres, server: Serving): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [what, path] of Object.entries(await questions(server))) {
    await postgres.stop();
    await postgres.start();
    // Its connections come back by the next question.
    while (!(await isReady(server))) await sleep(100);
    const took = await wallOf(1000, () => server.get(path()));
    rows.push(compared(`${what}, the first after a start of the database`, 'ms', [took]));
  }
  return rows;
}

const isReady = ({ get }: Serving) =>
  get('/health/ready').then(
    () => true,
    () => false,
  );
