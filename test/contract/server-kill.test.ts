import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type EventList, eventList, eventsResponse } from '../../common/wire.ts';
import { emptyDatabaseForProcesses } from '../support/database.ts';
import {
  type PersonKey,
  TestJournal,
  TestStation,
  makePractice,
  sendOverHttp,
} from './server-lab.ts';
import { type ServerProcess, serverCommand, startServer } from './server-process.ts';

const KILLS = 20;

/** mulberry32: a seed that is printed makes a run repeatable. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

test(
  `killed at ${KILLS} random points of an upload, the server loses and doubles nothing`,
  { timeout: 600_000 },
  async () => {
    const seed = Number(process.env['WARDLOCK_TEST_SEED'] ?? Date.now() % 1_000_000);
    process.stdout.write(`server-kill seed ${seed} (WARDLOCK_TEST_SEED repeats it)\n`);
    const random = randomFrom(seed);
    const data = await mkdtemp(path.join(tmpdir(), 'wardlock-kill-'));
    await emptyDatabaseForProcesses();
    const { practice, keys } = makePractice();
    const file = path.join(data, 'practice.json');
    await writeFile(file, JSON.stringify(practice));
    expect((await serverCommand('seed', '--data', data, '--file', file)).code).toBe(0);
    const made = await serverCommand(
      'pairing-code',
      '--data',
      data,
      '--group',
      'ICU North',
      '--approved',
    );

    let server = await startServer(data);
    const station = new TestStation(sendOverHttp(server.origin));
    expect((await station.pair(made.stdout.trim())).status).toBe(200);
    const journal = new TestJournal(station.id);
    let acknowledged = 0;
    let interrupted = 0;

    for (let kill = 0; kill < KILLS; kill++) {
      const dead = sleep(10 + random() * 600).then(() => server.end('SIGKILL'));
      // Uploads without a pause until the connection breaks: the kill falls into one of them.
      for (;;) {
        grow(journal, keys, 1 + Math.floor(random() * 60), random);
        const waiting = journal.entries.slice(acknowledged, acknowledged + 200);
        try {
          const answer = await station.upload(waiting);
          if (answer.status !== 200) throw new Refused(answer.body);
          acknowledged = eventsResponse.parse(JSON.parse(answer.body)).seq;
        } catch (error) {
          if (error instanceof Refused) throw error;
          interrupted++;
          break;
        }
      }
      await dead;
      server = await startServer(data);
      station.send = sendOverHttp(server.origin);
      await station.fetchNonce();
      // What was acknowledged is there before anything is sent again.
      const [newest] = await list(server, '?limit=1');
      const seq = newest === undefined ? 0 : JSON.parse(newest.canonical).seq;
      expect(seq).toBeGreaterThanOrEqual(acknowledged);
    }
    expect(interrupted).toBe(KILLS);

    while (acknowledged < journal.entries.length) {
      const answer = await station.upload(journal.entries.slice(acknowledged, acknowledged + 1000));
      acknowledged = eventsResponse.parse(JSON.parse(answer.body)).seq;
    }
    const stored: EventList['events'] = [];
    for (let more = true; more;) {
      const page = await list(server, `?after=${stored.at(-1)?.id ?? 0}&limit=1000`);
      stored.push(...page);
      more = page.length > 0;
    }
    const decoder = new TextDecoder();
    expect(stored.length).toBe(journal.entries.length);
    expect(stored.map((event) => event.canonical)).toEqual(
      journal.entries.map((entry) => decoder.decode(entry.canonical)),
    );
    expect(stored.map((event) => event.hash)).toEqual(journal.entries.map((entry) => entry.hash));
    expect(stored.filter((event) => event.verdict !== 'verified')).toEqual([]);
    process.stdout.write(`server-kill: ${stored.length} events, each once\n`);
    expect(await server.end('SIGTERM')).toBe(0);
    await rm(data, { recursive: true });
  },
);

class Refused extends Error {}

function grow(
  journal: TestJournal,
  keys: readonly PersonKey[],
  count: number,
  random: () => number,
): void {
  for (let n = 0; n < count; n++) {
    const key = keys[Math.floor(random() * keys.length)];
    if (key !== undefined && random() < 0.2) journal.access(key);
    else journal.append({ type: 'app.blocked' });
  }
}

async function list(server: ServerProcess, query: string): Promise<EventList['events']> {
  const response = await fetch(`${server.origin}/v1/console/events${query}`, {
    headers: { authorization: `Bearer ${server.token}` },
  });
  return eventList.parse(await response.json()).events;
}
