import { createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { performance } from 'node:perf_hooks';
import type { EventDraft } from '../common/event.ts';
import { createClock } from '../main/adapters/clock.ts';
import { openJournal } from '../main/adapters/journal-open.ts';
import { openDatabase } from '../main/adapters/journal-schema.ts';
import { type Row, ascending, percentile, rounded } from './row.ts';

const ROUNDS = 60;
const PER_ROUND = 50;
const WARM_UP_ROUNDS = 60;

/** Overheads of one event in the journal: IV, tag. */
const SEAL_BYTES = 28;

const member = randomUUID();
const session = randomUUID();
const draft: EventDraft = {
  type: 'session.locked',
  outcome: 'success',
  member,
  session,
  correlation: randomUUID(),
  detail: { cause: 'idle' },
};

interface Side {
  readonly times: number[];
  cpu: number;
}

function measured(side: Side, run: () => void): void {
  for (let i = 0; i < PER_ROUND; i++) {
    const before = performance.now();
    run();
    side.times.push((performance.now() - before) * 1000);
  }
}

/** CPU microseconds of the whole process, per call. */
function cpuOf(run: () => void): number {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / PER_ROUND;
}

/**
 * A durable append (parse, canonical form, hash, chain, encryption) against a bare better-sqlite3 insert of
 * as many bytes into an equal table of an equal database. The two alternate in one run.
 */
export async function rows(): Promise<Row[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wardlock-bench-'));
  const clock = createClock();
  try {
    const opened = openJournal({
      file: path.join(folder, 'journal.db'),
      expected: false,
      station: randomUUID(),
      boot: randomUUID(),
      key: createSecretKey(randomBytes(32)),
      wall: clock.wall,
      mono: clock.mono,
      directoryVersion: () => 7,
      uuid: randomUUID,
      report: (code, cause) => {
        throw new Error(code, { cause });
      },
    });
    if (!opened.ok) throw new Error(opened.error.code, { cause: opened.error.cause });
    const { journal } = opened.value;
    const append = () => {
      const result = journal.append([draft]);
      if (!result.ok) throw new Error(result.error);
    };
    append();
    const [first] = journal.unsent(1, 1);
    if (first === undefined) throw new Error('nothing was written');

    const bare = openDatabase(path.join(folder, 'bare.db'));
    const insert = bare.prepare<[number, string, Uint8Array]>('INSERT INTO event VALUES (?, ?, ?)');
    const body = randomBytes(first.canonical.length + SEAL_BYTES);
    let seq = 0;
    const bareInsert = () => void insert.run(++seq, first.hash, body);

    const ours: Side = { times: [], cpu: 0 };
    const theirs: Side = { times: [], cpu: 0 };
    const cpu: { ours: number[]; theirs: number[] } = { ours: [], theirs: [] };
    for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
      if (round === 0) [ours, theirs].forEach((side) => side.times.splice(0));
      const turns = [
        () => cpu.theirs.push(cpuOf(() => measured(theirs, bareInsert))),
        () => cpu.ours.push(cpuOf(() => measured(ours, append))),
      ];
      // Whoever goes first meets a colder disk: take turns.
      for (const turn of round % 2 === 0 ? turns : turns.reverse()) turn();
    }
    journal.close();
    bare.close();
    return report(ours, theirs, cpu);
  } finally {
    clock.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function report(ours: Side, theirs: Side, cpu: { ours: number[]; theirs: number[] }): Row[] {
  const [mine, bare] = [ascending(ours.times), ascending(theirs.times)];
  const row = (name: string, p50: number, p95: number, baseline: number, n: number): Row => ({
    name,
    unit: 'µs',
    p50: rounded(p50),
    p95: rounded(p95),
    baseline: rounded(baseline),
    ratio: rounded(p50 / baseline),
    n,
  });
  const p95 = percentile(mine, 0.95);
  const bare95 = percentile(bare, 0.95);
  const extra = ascending(
    cpu.ours.slice(WARM_UP_ROUNDS).map((used, i) => used - (cpu.theirs[i + WARM_UP_ROUNDS] ?? 0)),
  );
  const bareCpu = ascending(cpu.theirs.slice(WARM_UP_ROUNDS));
  return [
    row(
      'durable append, p50 against a bare insert',
      percentile(mine, 0.5),
      p95,
      percentile(bare, 0.5),
      mine.length,
    ),
    {
      ...row(
        'durable append, p95 against a bare insert',
        percentile(mine, 0.5),
        p95,
        bare95,
        mine.length,
      ),
      ratio: rounded(p95 / bare95),
    },
    row(
      'CPU added by an append, against the CPU of a bare insert',
      percentile(extra, 0.5),
      percentile(extra, 0.95),
      percentile(bareCpu, 0.5),
      extra.length * PER_ROUND,
    ),
  ];
}

if (process.argv[1] === import.meta.filename) console.table(await rows());
