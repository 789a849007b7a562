// Server processes on one PostgreSQL, and a PostgreSQL that goes away under them.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { eventsResponse, overview } from '../../common/wire.ts';
import { type Store, openStore } from '../../server/store/store.ts';
import { emptyDatabase } from '../support/database.ts';
import { makePostgres } from '../support/postgres.ts';
import {
  type Answer,
  type Entry,
  type PersonKey,
  type Send,
  TestJournal,
  TestStation,
  makePractice,
  refusalOf,
  sendOverHttp,
} from './server-lab.ts';
import { type ServerProcess, serverCommand, startServer } from './server-process.ts';

vi.setConfig({ testTimeout: 600_000 });

const STATIONS = 8;
const COMMITS = 6;
let data: string;
let servers: ServerProcess[];
beforeEach(async () => {
  data = await mkdtemp(path.join(tmpdir(), 'wardlock-servers-'));
  servers = [];
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.end('SIGKILL')));
  await rm(data, { recursive: true });
});

interface Uploader {
  readonly station: TestStation;
  readonly journal: TestJournal;
  acknowledged: number;
}

/** Two server processes on this database, and stations that are paired with them. */
async function twoServers(database: string) {
  const { practice, keys } = makePractice();
  const file = path.join(data, 'practice.json');
  await writeFile(file, JSON.stringify(practice));
  const where = ['--data', data, '--database', database];
  expect((await serverCommand('seed', ...where, '--file', file)).code).toBe(0);
  const group = ['--group', 'ICU North', '--count', String(STATIONS), '--approved'];
  const made = await serverCommand('pairing-code', ...where, ...group);
  servers = await Promise.all([1, 2].map(() => startServer(data, '--database', database)));
  const sends = servers.map(({ origin }) => sendOverHttp(origin));
  const uploaders = await Promise.all(
    Array.from({ length: STATIONS }, async (_, n): Promise<Uploader> => {
      const station = new TestStation(sends[n % 2] ?? sendOverHttp(''));
      expect((await station.pair(made.stdout.trim())).status).toBe(200);
      return { station, journal: new TestJournal(station.id), acknowledged: 0 };
    }),
  );
  return { keys, sends, uploaders };
}

/** Some more events; each person's key is used at one station at a time, as its counter says. */
function grow(journal: TestJournal, count: number, key?: PersonKey): void {
  for (let n = 0; n < count; n++) {
    if (key !== undefined && n % 5 === 0) journal.access(key);
    else journal.append({ type: 'app.blocked' });
  }
}

/** The next events that are not acknowledged, with some that are. */
const waiting = ({ journal, acknowledged }: Uploader): Entry[] =>
  journal.entries.slice(Math.max(0, acknowledged - 3), acknowledged + 40);

function take(uploader: Uploader, answer: Answer): void {
  expect(answer.status, answer.body).toBe(200);
  const { seq } = eventsResponse.parse(JSON.parse(answer.body));
  uploader.acknowledged = Math.max(uploader.acknowledged, seq);
}

/** Every event of every journal once, verified, in order, to the byte; and every access counted. */
const wholeJournals = (uploaders: readonly Uploader[]) => ({
  events: uploaders.map(({ journal }) =>
    journal.entries.map(({ event, hash, canonical }) => ({
      seq: event.seq,
      hash,
      verdict: 'verified',
      text: new TextDecoder().decode(canonical),
    })),
  ),
  accesses: uploaders
    .flatMap(({ journal }) => journal.entries)
    .filter(({ event }) => event.type === 'session.opened').length,
});

async function stored(database: string, uploaders: readonly Uploader[]) {
  const store = await openStore({ data, database });
  try {
    const counts = await store.read.accessCounts(0, 2 ** 40);
    return {
      events: await Promise.all(uploaders.map(({ journal }) => allEvents(store, journal.station))),
      accesses: counts.reduce((sum, one) => sum + one.accesses, 0),
    };
  } finally {
    await store.close();
  }
}

async function allEvents({ read }: Store, station: string) {
  const rows = [];
  for (let after = 0; ;) {
    const page = await read.events({ station, after, limit: 1000 });
    for (const { seq, hash, verdict, canonical } of page) {
      rows.push({ seq, hash, verdict, text: new TextDecoder().decode(canonical) });
    }
    const last = page.at(-1);
    if (last === undefined) return rows;
    after = last.id;
  }
}

/** The same station on its way to another server. */
function through(station: TestStation, send: Send): TestStation {
  const twin: TestStation = Object.create(station);
  twin.send = send;
  return twin;
}

test(`${STATIONS} stations upload through two servers: nothing is lost, nothing is twice`, async () => {
  const database = (await emptyDatabase()) ?? '';
  const { keys, sends, uploaders } = await twoServers(database);
  await Promise.all(
    uploaders.map(async (uploader, n) => {
      const { station, journal } = uploader;
      for (let round = 0; round < 12; round++) {
        grow(journal, 20, keys[n]);
        const batch = waiting(uploader);
        // The same events at both servers at once, as when a station gives up too early and tries the other.
        const answers = await Promise.all(
          sends.map(async (send) => {
            const twin = through(station, send);
            await twin.fetchNonce();
            return twin.upload(batch);
          }),
        );
        for (const answer of answers) take(uploader, answer);
      }
    }),
  );
  expect(await stored(database, uploaders)).toEqual(wholeJournals(uploaders));
});

test('of two histories that come to two servers at once, one is the station’s', async () => {
  const database = (await emptyDatabase()) ?? '';
  const { sends, uploaders } = await twoServers(database);
  const outcomes = await Promise.all(
    uploaders.map(async ({ station, journal }) => {
      const fork = new TestJournal(station.id, journal.epoch);
      grow(journal, 30);
      grow(fork, 30);
      return Promise.all(
        sends.map(async (send, n) => {
          const twin = through(station, send);
          await twin.fetchNonce();
          return twin.upload((n === 0 ? journal : fork).entries);
        }),
      );
    }),
  );
  for (const answers of outcomes) {
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
  }
  const { events } = await stored(database, uploaders);
  for (const rows of events) {
    expect(rows.filter(({ verdict }) => verdict === 'verified')).toHaveLength(30);
    expect(rows.filter(({ verdict }) => verdict === 'disputed')).toHaveLength(30);
  }
});

test('a request that one server has heard is refused by the other', async () => {
  const database = (await emptyDatabase()) ?? '';
  const { sends, uploaders } = await twoServers(database);
  const outcomes = await Promise.all(
    uploaders.map(async ({ station, journal }) => {
      let signed: Parameters<Send>[0] | undefined;
      station.send = async (request) => {
        signed = request;
        return { status: 0, headers: {}, body: '' };
      };
      await station.upload([journal.append({ type: 'station.started' })]);
      const request = signed;
      if (request === undefined) throw new Error('nothing was sent');
      return Promise.all(sends.map((send) => send(request)));
    }),
  );
  for (const answers of outcomes) {
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 401]);
    const refused = answers.find(({ status }) => status === 401);
    expect(refused && refusalOf(refused).code).toBe('nonce-stale');
  }
});

test('the console of one server shows what the other has committed', async () => {
  const database = (await emptyDatabase()) ?? '';
  const { sends, uploaders } = await twoServers(database);
  const [first] = uploaders;
  const [here, there] = servers;
  if (first === undefined || here === undefined || there === undefined) throw new Error('no lab');
  const { body } = await fetch(`${there.origin}/v1/console/stream`, {
    headers: { authorization: `Bearer ${there.token}` },
  });
  if (body === null) throw new Error('no stream');
  let shown = 0;
  let beats = 0;
  const reading = (async () => {
    let text = '';
    for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const messages = text.split('\n\n');
      text = messages.pop() ?? '';
      for (const message of messages) {
        if (message.startsWith(': beat')) beats++;
        const json = /^data: (.*)$/m.exec(message)?.[1];
        if (json !== undefined) shown = overview.parse(JSON.parse(json)).events.length;
      }
    }
  })();
  const twin = through(first.station, sends[0] ?? first.station.send);
  await twin.fetchNonce();
  for (let n = 1; n <= COMMITS; n++) {
    const answer = await twin.upload([first.journal.append({ type: 'app.crashed' })]);
    expect(answer.status).toBe(200);
    await vi.waitFor(() => expect(shown).toBe(n), { timeout: 120_000 });
  }
  // A beat brings the news too: without the notices there would be one for each.
  expect(beats).toBeLessThan(COMMITS / 2);
  await there.end('SIGTERM');
  await reading;
});

test('a database that goes away under uploads: 503 with a code, and nothing acknowledged is lost', async () => {
  const postgres = await makePostgres();
  try {
    const database = await postgres.database();
    const { keys, uploaders } = await twoServers(database);
    const refusals = new Map<string, number>();
    let stop = false;
    const uploading = uploaders.map(async (uploader, n) => {
      while (!stop) {
        grow(uploader.journal, 10, keys[n]);
        const answer = await uploader.station.upload(waiting(uploader));
        if (answer.status === 200) take(uploader, answer);
        else {
          const { code } = refusalOf(answer);
          refusals.set(code, (refusals.get(code) ?? 0) + 1);
          await sleep(50);
        }
      }
    });
    const progress = async () => {
      const goals = uploaders.map(({ acknowledged }) => acknowledged + 30);
      await vi.waitFor(
        () => {
          for (const [n, { acknowledged }] of uploaders.entries()) {
            expect(acknowledged).toBeGreaterThan(goals[n] ?? 0);
          }
        },
        { timeout: 240_000, interval: 50 },
      );
    };
    const outage = async (signal: 'SIGINT' | 'SIGKILL') => {
      const before = refusals.get('database-away') ?? 0;
      await postgres.stop(signal);
      await vi.waitFor(
        () => expect(refusals.get('database-away') ?? 0).toBeGreaterThan(before + STATIONS),
        { timeout: 120_000, interval: 50 },
      );
      for (const { origin } of servers) {
        expect((await fetch(`${origin}/health/ready`)).status).toBe(503);
      }
      await postgres.start();
      await progress();
    };
    try {
      await progress();
      await outage('SIGINT');
      await outage('SIGKILL');
    } finally {
      stop = true;
      await Promise.all(uploading);
    }
    // Not one answer of another kind: `nonce-stale` says that a nonce was spent before the database went.
    refusals.delete('nonce-stale');
    expect([...refusals.keys()]).toEqual(['database-away']);
    for (const uploader of uploaders) {
      while (uploader.acknowledged < uploader.journal.entries.length) {
        take(uploader, await uploader.station.upload(waiting(uploader)));
      }
    }
    expect(await stored(database, uploaders)).toEqual(wholeJournals(uploaders));
  } finally {
    await Promise.all(servers.splice(0).map((server) => server.end('SIGTERM')));
    await postgres.remove();
  }
});
