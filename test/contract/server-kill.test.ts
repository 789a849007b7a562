import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { eventList, eventsResponse } from '../../common/wire.ts';
import { emptyDatabase, onPostgres } from '../support/database.ts';
import { randomFrom } from '../support/random.ts';
import {
  type Answer,
  type PersonKey,
  TestJournal,
  TestStation,
  makePractice,
  sendOverHttp,
} from './server-lab.ts';
import { type ServerProcess, serverCommand, startServer } from './server-process.ts';
import { verifiedExport, wholeLedger } from './whole-ledger.ts';

/** PostgreSQL's own promise is killed with it in postgres-servers.test.ts; here only our side dies. */
const KILLS = onPostgres() ? 40 : 200;
/** Each with a server and a station of its own: while one starts again, the others upload. */
const LABS = 4;

test(
  `killed at ${KILLS} random points of an upload, the server loses and doubles nothing`,
  { timeout: 1_200_000 },
  async () => {
    const seed = Number(process.env['WARDLOCK_TEST_SEED'] ?? Date.now() % 1_000_000);
    process.stdout.write(`server-kill seed ${seed} (WARDLOCK_TEST_SEED repeats it)\n`);
    const events = await Promise.all(
      Array.from({ length: LABS }, (_, n) => killOften(KILLS / LABS, randomFrom(seed + n))),
    );
    const sum = events.reduce((all, one) => all + one, 0);
    expect(sum).toBeGreaterThanOrEqual(KILLS);
    process.stdout.write(`server-kill: ${KILLS} kills, ${sum} events, each once\n`);
  },
);

async function killOften(kills: number, random: () => number): Promise<number> {
  const data = await mkdtemp(path.join(tmpdir(), 'wardlock-kill-'));
  const database = await emptyDatabase();
  const where = database === undefined ? [] : ['--database', database];
  const { practice, keys } = makePractice();
  const file = path.join(data, 'practice.json');
  await writeFile(file, JSON.stringify(practice));
  expect((await serverCommand('seed', '--data', data, ...where, '--file', file)).code).toBe(0);
  const group = ['--group', 'ICU North', '--approved'];
  const made = await serverCommand('pairing-code', '--data', data, ...where, ...group);

  let server = await startServer(data, ...where);
  const station = new TestStation(sendOverHttp(server.origin));
  expect((await station.pair(made.stdout.trim())).status).toBe(200);
  const journal = new TestJournal(station.id);
  let acknowledged = 0;
  let interrupted = 0;
  const take = ({ status, body }: Answer): void => {
    if (status !== 200) throw new Refused(body);
    acknowledged = eventsResponse.parse(JSON.parse(body)).seq;
  };

  for (let kill = 0; kill < kills; kill++) {
    const dead = sleep(5 + random() * 250).then(() => server.end('SIGKILL'));
    // Uploads without a pause until the connection breaks: the kill falls into one of them.
    for (;;) {
      grow(journal, keys, 1 + Math.floor(random() * 30), random);
      try {
        take(await station.upload(journal.entries.slice(acknowledged, acknowledged + 200)));
      } catch (error) {
        if (error instanceof Refused) throw error;
        interrupted++;
        break;
      }
    }
    await dead;
    server = await startServer(data, ...where);
    station.send = sendOverHttp(server.origin);
    await station.fetchNonce();
    // What was acknowledged is there before anything is sent again.
    expect(await newest(server)).toBeGreaterThanOrEqual(acknowledged);
  }
  expect(interrupted).toBe(kills);

  while (acknowledged < journal.entries.length) {
    take(await station.upload(journal.entries.slice(acknowledged, acknowledged + 1000)));
  }
  expect(await server.end('SIGTERM')).toBe(0);
  expect(await verifiedExport(data, ...where)).toEqual(wholeLedger([journal]));
  await rm(data, { recursive: true });
  return journal.entries.length;
}

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

/** Number of the newest event; 0 when there is none. */
async function newest({ origin, token }: ServerProcess): Promise<number> {
  const response = await fetch(`${origin}/v1/console/events?limit=1`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const [event] = eventList.parse(await response.json()).events;
  return event === undefined ? 0 : Number(JSON.parse(event.canonical).seq);
}
