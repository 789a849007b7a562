import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Overview, eventList, overview } from '../../common/wire.ts';
import { buildApp } from '../../server/app.ts';
import { createLog } from '../../server/log.ts';
import { seed } from '../../server/seed.ts';
import {
  type Lab,
  TestJournal,
  TestStation,
  makePractice,
  openLab,
  refusalOf,
  sendOverHttp,
} from './server-lab.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(async () => {
  await lab.close();
});

const readOverview = async (): Promise<Overview> =>
  overview.parse(JSON.parse((await lab.console('/v1/console/overview')).body));

describe('the console token', () => {
  test.each(['/v1/console/overview', '/v1/console/events', '/v1/console/stream'])(
    '%s needs it',
    async (url) => {
      for (const token of ['', 'x', `${lab.keys.consoleToken}x`, lab.keys.consoleToken.slice(1)]) {
        const answer = await lab.console(url, token);
        expect(answer.status).toBe(401);
        expect(refusalOf(answer)).toMatchObject({
          code: 'no-console-token',
          message: 'Open the console with the address that the server printed when it started.',
        });
      }
    },
  );

  test('a station’s own token opens nothing there', async () => {
    const station = await lab.pairedStation();
    expect((await station.request('GET', '/v1/console/events')).status).toBe(401);
  });

  test('the address with the token sets a cookie that scripts and other sites cannot use', async () => {
    const wrong = await lab.send({ method: 'GET', url: '/?token=x', headers: {} });
    expect(wrong.status).toBe(401);
    expect(wrong.headers['set-cookie']).toBeUndefined();

    const url = `/?token=${lab.keys.consoleToken}`;
    const right = await lab.send({ method: 'GET', url, headers: {} });
    expect(right.status).toBe(303);
    expect(right.headers['location']).toBe('/');
    const cookie = right.headers['set-cookie'] ?? '';
    expect(cookie).toMatch(/; HttpOnly; SameSite=Strict/);
    const pair = cookie.split(';')[0] ?? '';
    const headers = { cookie: `other=1; ${pair}` };
    const answer = await lab.send({ method: 'GET', url: '/v1/console/overview', headers });
    expect(answer.status).toBe(200);
  });
});

describe('the overview', () => {
  test('a station is new, open, locked, parked and silent, as its events and its silence say', async () => {
    const station = await lab.pairedStation();
    const journal = new TestJournal(station.id);
    const shown = async () => {
      const [first] = (await readOverview()).stations;
      return [first?.state, first?.member];
    };
    const upload = (count: number) => station.upload(journal.entries.slice(-count));
    const session = '11111111-1111-4111-8111-111111111111';
    const second = '22222222-2222-4222-8222-222222222222';
    expect(await shown()).toEqual(['new', undefined]);

    journal.append({ type: 'station.started' });
    await upload(1);
    expect(await shown()).toEqual(['locked', undefined]);
    journal.access(lab.nurse, { session });
    await upload(1);
    expect(await shown()).toEqual(['open', 'Maria Lopez']);
    journal.append({ type: 'session.locked', session, member: lab.nurse.person });
    await upload(1);
    expect(await shown()).toEqual(['locked', undefined]);
    journal.append({ type: 'session.parked', session, member: lab.nurse.person });
    await upload(1);
    expect(await shown()).toEqual(['parked', undefined]);
    journal.access(lab.physician, { session: second });
    journal.append({ type: 'session.ended', session, detail: { cause: 'parked-too-long' } });
    await upload(2);
    expect(await shown()).toEqual(['open', 'Dr. Chen Wei']);

    lab.clock.ms += 60_001;
    expect(await shown()).toEqual(['silent', undefined]);
    // Any request counts as being heard.
    await station.fetchNonce();
    await station.request('GET', '/v1/directory?have=1');
    expect(await shown()).toEqual(['open', 'Dr. Chen Wei']);
    journal.append({ type: 'session.lost', session: second });
    await upload(1);
    expect(await shown()).toEqual(['locked', undefined]);
  });

  test('events newest first with names and causes, accesses by hour, disputes counted', async () => {
    const station = await lab.pairedStation();
    const journal = new TestJournal(station.id);
    const at = new Date(lab.clock.ms).toISOString();
    journal.append({ type: 'station.started' }, { at });
    const access = journal.access(lab.nurse);
    journal.append({
      type: 'session.locked',
      member: lab.nurse.person,
      detail: { cause: 'idle' },
    });
    journal.append({ type: 'directory.refused', outcome: 'failure', detail: { reason: 'older' } });
    await station.upload(journal.entries);
    await station.upload([journal.craft({ type: 'app.crashed' }, { seq: 9 })]);

    const seen = await readOverview();
    expect(seen.practice).toBe('Lakeside Community Hospital (demo)');
    expect(
      seen.events.map(({ type, member, cause, verdict, reason }) => [
        type,
        member,
        cause,
        verdict,
        reason,
      ]),
    ).toEqual([
      ['app.crashed', undefined, undefined, 'disputed', 'chain-gap'],
      ['directory.refused', undefined, 'older', 'verified', undefined],
      ['session.locked', 'Maria Lopez', 'idle', 'verified', undefined],
      ['session.opened', 'Maria Lopez', undefined, 'verified', undefined],
      ['station.started', undefined, undefined, 'verified', undefined],
    ]);
    expect(seen.events.every((event) => event.station === 'Ward 3, room 12')).toBe(true);
    expect(seen.disputed).toBe(1);
    const hour = new Date(access.event.at).getHours();
    expect(seen.accessesByHour[hour]).toBe(1);
    expect(seen.accessesByHour.reduce((sum, n) => sum + n, 0)).toBe(1);
  });
});

describe('the list of events', () => {
  test('pages ascending after, descending before, by station, never more than asked', async () => {
    const stations = [await lab.pairedStation(), await lab.pairedStation()];
    for (const station of stations) {
      const journal = new TestJournal(station.id);
      for (let n = 0; n < 5; n++) journal.append({ type: 'app.blocked' });
      await station.upload(journal.entries);
    }
    const list = async (query: string) =>
      eventList.parse(JSON.parse((await lab.console(`/v1/console/events${query}`)).body)).events;
    const ids = async (query: string) => (await list(query)).map((event) => event.id);
    expect(await ids('')).toEqual([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
    expect(await ids('?after=0&limit=3')).toEqual([1, 2, 3]);
    expect(await ids('?after=3&limit=3')).toEqual([4, 5, 6]);
    expect(await ids('?before=3')).toEqual([2, 1]);
    expect(await ids(`?station=${stations[1]?.id}&after=0`)).toEqual([6, 7, 8, 9, 10]);
    expect(JSON.parse((await list('?limit=1'))[0]?.canonical ?? '')).toMatchObject({ seq: 5 });
  });

  test.each([
    ['limit', '?limit=0'],
    ['limit', '?limit=1001'],
    ['after', '?after=-1'],
    ['station', '?station=x'],
  ])('a wrong %s is named', async (field, query) => {
    const answer = await lab.console(`/v1/console/events${query}`);
    expect(answer.status).toBe(400);
    expect(refusalOf(answer)).toMatchObject({ code: 'invalid', field });
  });
});

describe('over a real socket', () => {
  test('the stream tells an overview at once and after a commit, at most four a second', async () => {
    await lab.app.listen({ host: '127.0.0.1', port: 0 });
    const origin = lab.app.listeningOrigin;
    const station = new TestStation(sendOverHttp(origin));
    await station.pair(await lab.pairingCode());

    const began = performance.now();
    const stop = new AbortController();
    const response = await fetch(`${origin}/v1/console/stream`, {
      headers: { authorization: `Bearer ${lab.keys.consoleToken}` },
      signal: stop.signal,
    });
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const seen: Overview[] = [];
    const reading = readStream(response, (text) => {
      seen.push(overview.parse(JSON.parse(text)));
    }).catch((error: unknown) => {
      if (!stop.signal.aborted) throw error;
    });
    const sawEvents = async (count: number) => {
      while (seen.at(-1)?.events.length !== count) await sleep(5);
    };
    await sawEvents(0);

    const journal = new TestJournal(station.id);
    for (let n = 1; n <= 40; n++) {
      await station.upload([journal.append({ type: 'app.blocked' })]);
    }
    await sawEvents(40);
    // The first, the one that guards against a commit meanwhile, and one per quarter of a second.
    expect(seen.length).toBeLessThanOrEqual(3 + (performance.now() - began) / 250);
    stop.abort();
    await reading;
  });

  test('an open stream does not hold up the stop', async () => {
    await lab.app.listen({ host: '127.0.0.1', port: 0 });
    const response = await fetch(`${lab.app.listeningOrigin}/v1/console/stream`, {
      headers: { authorization: `Bearer ${lab.keys.consoleToken}` },
    });
    const reading = readStream(response, () => {});
    await lab.app.close();
    await reading;
    expect(lab.app.server.listening).toBe(false);
  });
});

async function readStream(response: Response, onOverview: (json: string) => void): Promise<void> {
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += new TextDecoder().decode(chunk);
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const data = /^event: overview\ndata: (.*)$/.exec(text.slice(0, end))?.[1];
      text = text.slice(end + 2);
      if (data !== undefined) onOverview(data);
    }
  }
}

describe('pages and headers', () => {
  test('the built console is served from a fixed list under a strict policy', async () => {
    const consoleDir = await mkdtemp(path.join(tmpdir(), 'wardlock-console-'));
    await mkdir(path.join(consoleDir, 'sub'));
    await writeFile(path.join(consoleDir, 'index.html'), '<!doctype html>');
    await writeFile(path.join(consoleDir, 'app.js'), 'export {}');
    await writeFile(path.join(consoleDir, 'notes.pem'), 'secret');
    const { store, keys, ledger } = lab;
    const log = createLog({ write: () => {} });
    const app = await buildApp({ store, keys, ledger, log, consoleDir });
    const get = (url: string) => app.inject({ method: 'GET', url });
    expect((await get('/')).headers['content-type']).toBe('text/html; charset=utf-8');
    expect((await get('/app.js')).body).toBe('export {}');
    for (const url of ['/notes.pem', '/sub', '/..%2fapp.js', '/%2e%2e/console-token', '/nothing']) {
      const answer = await get(url);
      expect(answer.statusCode, url).toBe(404);
      expect(answer.json()).toMatchObject({ code: 'not-found' });
    }
    for (const url of ['/', '/nothing', '/v1/nonce', '/v1/console/overview']) {
      const { headers } = await get(url);
      expect(headers['content-security-policy'], url).toContain("default-src 'none'");
      expect(headers['content-security-policy']).not.toContain('unsafe');
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['referrer-policy']).toBe('no-referrer');
    }
    await app.close();
    await rm(consoleDir, { recursive: true });
  });

  test('a failure inside tells nothing outside', async () => {
    const { store, keys, ledger } = lab;
    let logged = '';
    const app = await buildApp({
      store: {
        ...store,
        read: { ...store.read, practice: () => Promise.reject(new Error('disk on fire')) },
      },
      keys,
      ledger,
      log: createLog({ write: (line) => void (logged += line) }),
      consoleDir: lab.data,
    });
    const answer = await app.inject({
      method: 'GET',
      url: '/v1/console/overview',
      headers: { authorization: `Bearer ${keys.consoleToken}` },
    });
    expect(answer.statusCode).toBe(500);
    expect(answer.json()).toEqual({
      code: 'internal',
      message: 'The server failed; its log says more.',
    });
    expect(logged).toContain('disk on fire');
    await app.close();
  });
});

describe('seed', () => {
  test('the same practice again changes nothing, another is refused', async () => {
    const again = await seed(lab.store, lab.keys, lab.practice, lab.clock.ms);
    expect(again).toEqual({ ok: true, value: 'unchanged' });
    const other = makePractice().practice;
    expect(await seed(lab.store, lab.keys, other, lab.clock.ms)).toEqual({
      ok: false,
      error: { seededWith: 'Lakeside Community Hospital (demo)' },
    });
    expect((await lab.store.read.newestSnapshot('ICU North'))?.version).toBe(1);
  });
});
