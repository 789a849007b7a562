import { Validator } from '@seriousme/openapi-schema-validator';
import { sql } from 'kysely';
import { afterEach, expect, test, vi } from 'vitest';
import { within } from '../../server/deadline.ts';
import { openRaw } from '../support/database.ts';
import { type Lab, TestJournal, TestStation, openLab } from './server-lab.ts';

let lab: Lab;
afterEach(() => lab.close());

const get = async (
  url: string,
  headers: Record<string, string> = {},
  remoteAddress = '127.0.0.1',
) => {
  const { statusCode, body } = await lab.app.inject({ url, headers, remoteAddress });
  return { status: statusCode, body };
};

const readiness = async () => {
  const { status, body } = await get('/health/ready');
  return { status, ...JSON.parse(body) };
};

test('it lives, and is ready while its database and its ledger answer', async () => {
  lab = await openLab();
  expect(await get('/health/live')).toEqual({ status: 200, body: '{"live":true}' });
  const checks = { database: 'ok', migrations: 'ok', ledger: 'ok' };
  expect(await readiness()).toEqual({ status: 200, ready: true, checks });

  await lab.store.close();
  const failed = { database: 'failed', migrations: 'failed', ledger: 'failed' };
  // The ledger notices with its next step.
  await vi.waitFor(
    async () => expect(await readiness()).toEqual({ status: 503, ready: false, checks: failed }),
    60_000,
  );
  expect((await get('/health/live')).status).toBe(200);
  // The other figures are wanted most when the database is away.
  const { status, body } = await get('/metrics');
  expect(status).toBe(200);
  expect(body).toContain('wardlock_events_disputed Nan\n');
});

test('a server whose database a newer one has moved on is not ready', async () => {
  lab = await openLab();
  const db = openRaw(lab);
  await sql`insert into kysely_migration values ('9999-later', '2030')`.execute(db);
  await db.destroy();
  const checks = { database: 'ok', migrations: 'failed', ledger: 'ok' };
  expect(await readiness()).toEqual({ status: 503, ready: false, checks });
});

test('what hangs is a failure in the end', async () => {
  lab = await openLab();
  await expect(within(5, new Promise(() => undefined))).rejects.toThrow('no outcome within 5 ms');
  expect(await within(60_000, Promise.resolve(7))).toBe(7);
});

test('requests are counted by route and status, and no address that was asked for is a label', async () => {
  lab = await openLab();
  await get('/v1/nonce');
  await get('/v1/nonce?token=planted');
  await get('/planted/path');
  await new TestStation(lab.send).pair(`${'A'.repeat(16)}.${lab.keys.fingerprint}`);
  const { body } = await get('/metrics');
  const counted = (method: string, route: string, status: number) =>
    `wardlock_http_requests_total{method="${method}",route="${route}",status="${status}"}`;
  // One more nonce is the station's.
  expect(body).toContain(`${counted('GET', '/v1/nonce', 200)} 3\n`);
  expect(body).toContain(`${counted('GET', 'none', 404)} 1\n`);
  expect(body).toContain(`${counted('POST', '/v1/pair', 403)} 1\n`);
  expect(body).toContain('wardlock_http_request_seconds_count{route="/v1/nonce"} 3\n');
  expect(body).toContain('process_resident_memory_bytes ');
  expect(body).not.toContain('planted');
});

test('stations, events and the ledger are figures', async () => {
  lab = await openLab();
  const station = await lab.pairedStation();
  const journal = new TestJournal(station.id);
  journal.append({ type: 'station.started' });
  journal.append({ type: 'session.opened', member: lab.nurse.person });
  await station.upload(journal.entries);
  await station.upload([...journal.entries, journal.craft({ type: 'app.crashed' }, { seq: 9 })]);
  await vi.waitFor(async () => {
    expect((await get('/metrics')).body).toContain('wardlock_ledger_size 3\n');
  }, 60_000);
  const { body } = await get('/metrics');
  for (const [verdict, count] of Object.entries({
    verified: 1,
    unproven: 1,
    repeat: 2,
    disputed: 1,
  })) {
    expect(body).toContain(`wardlock_ingest_events_total{verdict="${verdict}"} ${count}\n`);
  }
  expect(body).toContain('wardlock_ingest_age_seconds_count 2\n');
  expect(body).toContain('wardlock_ledger_waiting 0\n');
  expect(body).toContain('wardlock_stations_heard 1\n');
  expect(body).toContain('wardlock_events_disputed 1\n');
  expect(body).toContain('wardlock_ingest_in_progress 0\n');
  lab.clock.ms += 60_000;
  expect((await get('/metrics')).body).toContain('wardlock_stations_heard 0\n');
});

test('without a token the figures are for this computer, not for who is behind its proxy', async () => {
  lab = await openLab();
  expect((await get('/metrics', {}, '::1')).status).toBe(200);
  expect((await get('/metrics', {}, '::ffff:127.0.0.1')).status).toBe(200);
  for (const address of ['10.0.0.1', '::ffff:10.0.0.1', 'fe80::1']) {
    expect((await get('/metrics', {}, address)).status, address).toBe(401);
  }
  for (const header of ['x-forwarded-for', 'forwarded', 'x-real-ip', 'via']) {
    expect((await get('/metrics', { [header]: '127.0.0.1' })).status, header).toBe(401);
  }
});

test('with a token nothing else opens the figures', async () => {
  const metricsToken = 'a-token-for-prometheus';
  lab = await openLab({ metricsToken });
  const right = { authorization: `Bearer ${metricsToken}` };
  expect((await get('/metrics', right, '10.0.0.1')).status).toBe(200);
  expect((await get('/metrics')).status).toBe(401);
  const wrong = { authorization: `Bearer ${metricsToken}x` };
  expect((await get('/metrics', wrong)).body).toContain('"code":"no-metrics-token"');
});

test('the OpenAPI document is valid and has every route', async () => {
  lab = await openLab();
  const { status, body } = await get('/openapi.json');
  expect(status).toBe(200);
  const document = JSON.parse(body);
  expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });

  const described = Object.entries<object>(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  const routes = routesOf(lab.app.printRoutes({ commonPrefix: false }));
  expect(routes).toContain('POST /v1/events');
  expect(described.toSorted()).toEqual(routes.toSorted());
  // A summary and a refusal, each.
  for (const [path, methods] of Object.entries<object>(document.paths)) {
    for (const operation of Object.values(methods)) {
      expect(operation.summary, path).toMatch(/\w/);
      expect(Object.keys(operation.responses), path).toContain('4XX');
    }
  }
});

/**
 * `├── v1/nonce (GET, HEAD)` → `GET /v1/nonce`. A HEAD goes with its GET. Fastify prints a wildcard without
 * what stands before it; there is one.
 */
const routesOf = (tree: string): string[] =>
  tree.split('\n').flatMap((line) => {
    const [, path = '', methods = ''] = /── (\S+) \((.+)\)/.exec(line) ?? [];
    const whole = path === '*' ? 'v1/log/tile/{*}' : path;
    const url = `/${whole.replace(/^\//, '')}`.replace(/:(\w+)/g, '{$1}');
    return methods
      .split(', ')
      .filter((method) => method !== '' && method !== 'HEAD')
      .map((method) => `${method} ${url}`);
  });
