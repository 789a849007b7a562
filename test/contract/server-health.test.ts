import { Validator } from '@seriousme/openapi-schema-validator';
import { afterEach, expect, test } from 'vitest';
import { within } from '../../server/deadline.ts';
import { type Lab, TestStation, openLab } from './server-lab.ts';

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

test('it lives, and is ready while its database answers', async () => {
  lab = await openLab();
  expect(await get('/health/live')).toEqual({ status: 200, body: '{"live":true}' });
  const ready = '{"ready":true,"checks":{"database":"ok"}}';
  expect(await get('/health/ready')).toEqual({ status: 200, body: ready });

  await lab.store.close();
  const failed = '{"ready":false,"checks":{"database":"failed"}}';
  expect(await get('/health/ready')).toEqual({ status: 503, body: failed });
  expect((await get('/health/live')).status).toBe(200);
  // The other figures are wanted most when the database is away.
  const { status, body } = await get('/metrics');
  expect(status).toBe(200);
  expect(body).toContain('wardlock_events_disputed Nan\n');
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

test('stations and disputed events are figures', async () => {
  lab = await openLab();
  await lab.pairedStation();
  const { body } = await get('/metrics');
  expect(body).toContain('wardlock_stations_heard 1\n');
  expect(body).toContain('wardlock_events_disputed 0\n');
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
