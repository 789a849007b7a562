import { createHash, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import Database from 'better-sqlite3';
import { GENESIS, canonicalBytes, chainHash } from '../common/event.ts';
import { MAX_BATCH_EVENTS } from '../common/wire.ts';
import { demoPractice } from '../demo/practice.mjs';
import { readBatch } from '../server/domain/batch.ts';
import { sha256 } from '../server/hash.ts';
import { createIngest } from '../server/ingest.ts';
import { loadKeys } from '../server/keys.ts';
import { createLog } from '../server/log.ts';
import { createPairingCode, pairStation } from '../server/pairing.ts';
import { practiceFile } from '../server/practice.ts';
import { seed } from '../server/seed.ts';
import { openStore } from '../server/store/store.ts';
import { type Row, ascending, percentile, rounded } from './row.ts';

const ROUNDS = 40;
const WARM_UP_ROUNDS = 10;

interface Side {
  /** Microseconds per event, one sample a batch. */
  readonly wall: number[];
  readonly cpu: number[];
}

/**
 * Ingest of full batches without proofs, from the body's bytes to the commit (parse, schema, canonical
 * form, hash, chain), against bare better-sqlite3 inserts of the same rows into an equal table with equal
 * indexes and durability. The two alternate in one run.
 */
export async function rows(): Promise<Row[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wardlock-bench-'));
  const store = await openStore({ data: path.join(folder, 'server') });
  try {
    const station = await pairedStation(folder, store);
    const ingest = createIngest({
      store,
      log: createLog({ write: () => undefined }),
      now: Date.now,
    });
    const bare = await bareTable(path.join(folder, 'bare'), station);
    const epoch = randomUUID();
    const ours: Side = { wall: [], cpu: [] };
    const theirs: Side = { wall: [], cpu: [] };
    let prev = GENESIS;
    for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
      const batch = makeBatch(station, epoch, round * MAX_BATCH_EVENTS, prev);
      prev = batch.at(-1)?.hash ?? prev;
      const body = Buffer.concat(batch.flatMap(({ canonical }) => [canonical, Buffer.from('\n')]));
      const turns = [
        () => measured(theirs, async () => bare.insert(epoch, batch)),
        () =>
          measured(ours, async () => {
            const read = readBatch(body, station, sha256);
            if (!read.ok) throw new Error(read.error.code);
            const outcome = await ingest(station, read.value);
            if (!outcome.ok) throw new Error(outcome.error);
          }),
      ];
      // Whoever goes first meets a colder disk: take turns.
      for (const turn of round % 2 === 0 ? turns : turns.reverse()) await turn();
    }
    bare.close();
    return [
      row('ingest on SQLite, batches of 1000, against bare inserts', ours.wall, theirs.wall),
      row('ingest on SQLite, CPU, against bare inserts', ours.cpu, theirs.cpu),
    ];
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function measured(side: Side, run: () => Promise<void>): Promise<void> {
  const [wall, cpu] = [performance.now(), process.cpuUsage()];
  await run();
  const { user, system } = process.cpuUsage(cpu);
  side.wall.push(((performance.now() - wall) * 1000) / MAX_BATCH_EVENTS);
  side.cpu.push((user + system) / MAX_BATCH_EVENTS);
}

function row(name: string, ours: readonly number[], theirs: readonly number[]): Row {
  const [mine, bare] = [
    ascending(ours.slice(WARM_UP_ROUNDS)),
    ascending(theirs.slice(WARM_UP_ROUNDS)),
  ];
  const p50 = percentile(mine, 0.5);
  const baseline = percentile(bare, 0.5);
  return {
    name,
    unit: 'µs/event',
    p50: rounded(p50),
    p95: rounded(percentile(mine, 0.95)),
    baseline: rounded(baseline),
    ratio: rounded(p50 / baseline),
    n: mine.length,
  };
}

type Store = Awaited<ReturnType<typeof openStore>>;

async function pairedStation(folder: string, store: Store): Promise<string> {
  const keys = await loadKeys(path.join(folder, 'server'));
  const practice = practiceFile.parse(demoPractice({ credentials: [], appUrl: 'http://a/' }));
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

interface Made {
  readonly seq: number;
  readonly canonical: Uint8Array;
  readonly hash: string;
}

export function makeBatch(station: string, epoch: string, after: number, head: string): Made[] {
  const boot = createHash('sha256').update(epoch).digest('hex').slice(0, 12);
  let prev = head;
  return Array.from({ length: MAX_BATCH_EVENTS }, (_, index) => {
    const seq = after + index + 1;
    const canonical = canonicalBytes({
      v: 1,
      station,
      epoch,
      seq,
      at: new Date().toISOString(),
      boot: `00000000-0000-4000-8000-${boot}`,
      mono: seq,
      dir: 1,
      type: 'session.locked',
      outcome: 'success',
      member: '6f1c2a34-0b5d-4e83-9a17-3d2c8e4b5f01',
      session: 'b27e9d50-6c41-4f0a-8d3b-71a5c90e2f02',
      detail: { cause: 'idle' },
      prev,
    });
    prev = chainHash(sha256, canonical);
    return { seq, canonical, hash: prev };
  });
}

/** The server's own table, made by its own migrations, with nothing but a prepared insert on top. */
async function bareTable(folder: string, station: string) {
  await (await openStore({ data: folder })).close();
  const db = new Database(path.join(folder, 'wardlock.db'));
  db.pragma('synchronous = FULL');
  db.pragma('foreign_keys = OFF');
  const insert = db.prepare(
    `insert into events (station, epoch, seq, hash, type, received_at, verdict, canonical)
     values (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const at = new Date().toISOString();
  return {
    insert: db.transaction((epoch: string, batch: readonly Made[]) => {
      for (const { seq, hash, canonical } of batch) {
        insert.run(station, epoch, seq, hash, 'session.locked', at, 'verified', canonical);
      }
    }),
    close: () => db.close(),
  };
}
