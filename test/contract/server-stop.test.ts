import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type ClientRequest, type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type EventList, eventList, eventsResponse } from '../../common/wire.ts';
import { emptyDatabaseForProcesses } from '../support/database.ts';
import { type Send, TestJournal, TestStation, sendOverHttp } from './server-lab.ts';
import { type ServerProcess, serverCommand, startServer } from './server-process.ts';

let data: string;
beforeEach(async () => {
  data = path.join(await mkdtemp(path.join(tmpdir(), 'wardlock-stop-')), 'data');
  await emptyDatabaseForProcesses();
  const init = ['--data', data, '--practice', 'x', '--rp-id', 'x', '--group', 'ER'];
  expect(await serverCommand('init', ...init)).toMatchObject({ code: 0, stderr: '' });
});
afterEach(() => rm(path.dirname(data), { recursive: true }));

async function pairedStation(server: ServerProcess): Promise<TestStation> {
  const code = await serverCommand('pairing-code', '--data', data, '--group', 'ER', '--approved');
  const station = new TestStation(sendOverHttp(server.origin));
  expect((await station.pair(code.stdout.trim())).status).toBe(200);
  return station;
}

async function stored(): Promise<EventList['events']> {
  const server = await startServer(data);
  const all: EventList['events'] = [];
  for (let more = true; more;) {
    const url = `${server.origin}/v1/console/events?after=${all.at(-1)?.id ?? 0}&limit=1000`;
    const answer = await fetch(url, { headers: { authorization: `Bearer ${server.token}` } });
    const page = eventList.parse(await answer.json()).events;
    all.push(...page);
    more = page.length > 0;
  }
  expect(await server.end('SIGTERM')).toBe(0);
  return all;
}

async function logged(server: ServerProcess, line: string): Promise<void> {
  while (!server.log().includes(line)) await sleep(20);
}

/** Sends the first half of a body once the server has the head; the rest when `rest` is called. */
function halfway(origin: string) {
  let begin: (open: ClientRequest) => void;
  const begun = new Promise<ClientRequest>((resolve) => (begin = resolve));
  let unsent = new Uint8Array(0);
  const send: Send = ({ method, url, headers, body = new Uint8Array(0) }) =>
    new Promise((resolve, reject) => {
      const more = { 'content-length': String(body.length), expect: '100-continue' };
      const open = request(origin + url, { method, headers: { ...headers, ...more } });
      open.on('error', reject);
      open.on('response', (response: IncomingMessage) => {
        let text = '';
        response.on('data', (chunk) => (text += String(chunk)));
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, headers: {}, body: text }),
        );
      });
      // Not before the server has read the head: it is a request that is under way.
      open.on('continue', () => {
        const half = Math.floor(body.length / 2);
        unsent = Uint8Array.from(body.subarray(half));
        open.write(body.subarray(0, half), () => begin(open));
      });
      open.flushHeaders();
    });
  return { send, begun, rest: async () => void (await begun).end(unsent) };
}

test('a request that is half here when the stop comes is read, stored and answered', async () => {
  const server = await startServer(data);
  const station = await pairedStation(server);
  const journal = new TestJournal(station.id);
  for (let n = 0; n < 20; n++) journal.append({ type: 'app.blocked' });
  const { send, begun, rest } = halfway(server.origin);
  station.send = send;
  const upload = station.upload(journal.entries);
  await begun;

  const ended = server.end('SIGTERM');
  await logged(server, 'stopping');
  const late = connect(Number(new URL(server.origin).port), '127.0.0.1');
  const [refused] = await once(late, 'error');
  expect(refused).toMatchObject({ code: 'ECONNREFUSED' });
  await rest();
  const answer = await upload;
  expect(answer.status).toBe(200);
  expect(eventsResponse.parse(JSON.parse(answer.body)).seq).toBe(20);
  expect(await ended).toBe(0);
  expect(await stored()).toHaveLength(20);
});

test('stopped in the middle of many uploads, nothing acknowledged is lost and nothing is half', async () => {
  const BATCH = 40;
  const server = await startServer(data);
  const stations = [];
  for (let n = 0; n < 4; n++) stations.push(await pairedStation(server));
  let acknowledged = 0;
  const uploads = stations.map(async (station) => {
    const journal = new TestJournal(station.id);
    for (;;) {
      for (let n = 0; n < BATCH; n++) journal.append({ type: 'app.blocked' });
      let answer;
      try {
        answer = await station.upload(journal.entries.slice(-BATCH));
      } catch {
        // The connection was refused or closed before anything was sent.
        return journal.entries.length - BATCH;
      }
      expect(answer.status, answer.body).toBe(200);
      acknowledged += BATCH;
    }
  });
  while (acknowledged < 10 * BATCH) await sleep(5);
  expect(await server.end('SIGTERM')).toBe(0);
  const acknowledgedEach = await Promise.all(uploads);
  expect(server.log()).toContain('"stopped"');
  expect(server.log()).not.toContain('cutting the connections');
  expect(server.log()).not.toContain('"level":50');

  const events = (await stored()).map((event) => JSON.parse(event.canonical));
  for (const [index, station] of stations.entries()) {
    const own = events.filter((event) => event.station === station.id);
    expect(own.length).toBeGreaterThanOrEqual(acknowledgedEach[index] ?? Infinity);
    expect(own.length % BATCH).toBe(0);
    expect(own.map((event) => event.seq)).toEqual(own.map((_, at) => at + 1));
  }
});

test('a connection that never ends holds the stop no longer than it may', async () => {
  const server = await startServer(data, '--stop-seconds', '1');
  const station = await pairedStation(server);
  const journal = new TestJournal(station.id);
  journal.append({ type: 'app.blocked' });
  const { send, begun } = halfway(server.origin);
  station.send = send;
  const upload = station.upload(journal.entries);
  await begun;
  const ended = server.end('SIGTERM');
  await expect(upload).rejects.toThrow();
  expect(await ended).toBe(0);
  expect(server.log()).toContain('cutting the connections');
  expect(await stored()).toEqual([]);
});
