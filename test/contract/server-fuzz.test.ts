import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import fc from 'fast-check';
import { calculateJwkThumbprint } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { utf8 } from '../../common/bytes.ts';
import { EVENTS_CONTENT_TYPE, wireError } from '../../common/wire.ts';
import { type Lab, TestJournal, TestStation, ndjson, openLab } from './server-lab.ts';

let lab: Lab;
let station: TestStation;
let operations: readonly Operation[];
beforeAll(async () => {
  lab = await openLab({ limits: { stationPerMinute: 1e6, addressPerMinute: 1e6 } });
  station = await lab.pairedStation();
  const { paths } = JSON.parse((await lab.app.inject('/openapi.json')).body);
  operations = Object.entries<Record<string, Described>>(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { parameters = [] }]) => ({
      method: method.toUpperCase(),
      path,
      query: parameters.flatMap((one) => (one.in === 'query' ? [one.name] : [])),
    })),
  );
});
afterAll(async () => {
  process.stdout.write(`server-fuzz: ${[...seen].sort().join(', ')}\n`);
  await lab.close();
});

interface Described {
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
}
interface Operation {
  readonly method: string;
  readonly path: string;
  readonly query: readonly string[];
}

const RUNS = { numRuns: 400, seed: Number(process.env['WARDLOCK_SEED'] ?? Date.now() % 1e9) };
process.stdout.write(`server-fuzz seed ${RUNS.seed} (WARDLOCK_SEED repeats it)\n`);

/** Status and code of every refusal that came: shows that the runs got past the front door. */
const seen = new Set<string>();

/** What is wrong with an answer: a failure, no code, or something of the inside. */
function faultOf(status: number, body: string): string | undefined {
  if (status >= 500) return `${status} ${body}`;
  if (status < 400) return undefined;
  const refusal = wireError.safeParse(JSON.parse(body));
  if (!refusal.success) return `not in our form: ${body}`;
  seen.add(`${status} ${refusal.data.code}`);
  const inside = /node_modules|\.[cm]?[jt]s:\d|\\n\s+at |SQLITE|select |insert /.exec(body);
  return inside === null ? undefined : `shows ${inside[0]}`;
}

const giant = fc.constantFrom('x'.repeat(20_000), '9'.repeat(400), '['.repeat(5000));
const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: 'binary', maxLength: 40 }) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      ...['', '0', '-1', '1.5', '1e9', 'NaN', 'null', '[]', '{}', 'true', '9007199254740993'],
      ...[
        '__proto__',
        'constructor',
        '../../etc/passwd',
        '\u0000',
        '\ud800',
        '%',
        '%00',
        "' or 1=1 --",
      ],
    ),
  },
  { weight: 1, arbitrary: giant },
);
const value = fc.oneof(
  text,
  fc.double(),
  fc.boolean(),
  fc.constant(null),
  fc.jsonValue({ maxDepth: 3 }),
);
const encoded = text.map((one) => encodeURIComponent(Buffer.from(one).toString()));

const address = fc
  .record({
    operation: fc.integer({ min: 0, max: 999 }).map((n) => operations[n % operations.length]),
    path: fc.array(fc.oneof(encoded, text), { minLength: 1, maxLength: 3 }),
    query: fc.array(fc.tuple(fc.nat(), fc.oneof(encoded, text)), { maxLength: 4 }),
    other: fc.option(encoded),
  })
  .map(({ operation, path, query, other }) => {
    if (operation === undefined) throw new Error('no operation');
    const url = operation.path.replace(/\{\w+\}/g, () => path[0] ?? '');
    const pairs = query.map(
      ([n, one]) => `${operation.query[n % operation.query.length] ?? 'q'}=${one}`,
    );
    if (other !== null) pairs.push(`${other}=1`);
    return { operation, url: pairs.length === 0 ? url : `${url}?${pairs.join('&')}` };
  });

const header = fc.string({ unit: 'grapheme-ascii', maxLength: 60 });
const headers = fc.record(
  {
    authorization: fc.oneof(
      header,
      header.map((one) => `Wardlock ${one}`),
      header.map((one) => `Bearer ${one}`),
      fc.constant('console'),
    ),
    cookie: header,
    'content-type': fc.oneof(
      fc.constantFrom('application/json', EVENTS_CONTENT_TYPE, 'text/html', 'multipart/form-data'),
      header,
    ),
    'content-length': fc.constantFrom('-1', '0', '1e9', 'x', '18446744073709551616'),
    'accept-encoding': header,
    host: header,
    'x-forwarded-for': header,
  },
  { requiredKeys: [] },
);
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  value.map((one) => utf8(JSON.stringify(one))),
  fc.constant(utf8('['.repeat(70_000))),
);

test('whatever is asked for, with whatever headers and body, is answered tamely', async () => {
  await fc.assert(
    fc.asyncProperty(
      address,
      fc.constantFrom(
        undefined,
        'GET',
        'POST',
        'PUT',
        'DELETE',
        'PATCH',
        'OPTIONS',
        'HEAD',
        'TRACE',
      ),
      headers,
      fc.option(bytes),
      async ({ operation, url }, method, given, body) => {
        const authorization =
          given.authorization === 'console'
            ? `Bearer ${lab.keys.consoleToken}`
            : given.authorization;
        // An open stream has no end to wait for.
        if (operation.path.endsWith('/stream') && authorization?.includes(lab.keys.consoleToken))
          return;
        const answer = await lab.app.inject({
          method: (method ?? operation.method) as 'GET',
          url,
          headers: { ...given, ...(authorization === undefined ? {} : { authorization }) },
          ...(body === null ? {} : { payload: Buffer.from(body) }),
        });
        const isHead = method === 'HEAD';
        expect(
          faultOf(answer.statusCode, isHead ? '{"code":"-","message":""}' : answer.body),
          url,
        ).toBeUndefined();
      },
    ),
    RUNS,
  );
});

test('what the console asks for may be anything', async () => {
  await fc.assert(
    fc.asyncProperty(address, async ({ url }) => {
      if (!url.startsWith('/v1/console/') || url.startsWith('/v1/console/stream')) return;
      const answer = await lab.console(url);
      expect(faultOf(answer.status, answer.body), url).toBeUndefined();
    }),
    RUNS,
  );
});

test('what is signed with a right key may be anything', async () => {
  const journal = new TestJournal(station.id);
  const { event, canonical } = journal.craft({ type: 'session.opened', detail: { cause: 'x' } });
  const mutated = fc
    .record({ field: fc.constantFrom(...Object.keys(event), 'other', 'proof'), one: value })
    .map(({ field, one }) => ndjson([utf8(JSON.stringify({ ...event, [field]: one }))]));
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('/v1/events', '/v1/directory?have=0', '/v1/directory'),
      fc.oneof(mutated, bytes, fc.constantFrom(utf8(JSON.stringify(event)), canonical)),
      fc.constantFrom(EVENTS_CONTENT_TYPE, `${EVENTS_CONTENT_TYPE}; charset=x`, 'application/json'),
      async (url, body, contentType) => {
        const method = url === '/v1/events' ? 'POST' : 'GET';
        const sent = method === 'POST' ? body : undefined;
        const answer = await station.request(method, url, sent, { contentType });
        expect(faultOf(answer.status, answer.body), url).toBeUndefined();
      },
    ),
    RUNS,
  );
});

test('who pairs may send anything', async () => {
  const code = await lab.pairingCode(1000);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('name', 'secret', 'publicKey', 'x'),
      value,
      async (field, one) => {
        const stranger = new TestStation(lab.send);
        stranger.nonce = station.nonce;
        const right = { secret: code.slice(0, 16), name: 'Bay 4', publicKey: stranger.publicJwk };
        const body = utf8(JSON.stringify({ ...right, [field]: one }));
        const kid = await calculateJwkThumbprint(stranger.publicJwk, 'sha256');
        const answer = await stranger.request('POST', '/v1/pair', body, { kid });
        expect(faultOf(answer.status, answer.body)).toBeUndefined();
      },
    ),
    { ...RUNS, numRuns: 150 },
  );
  expect([...seen]).toEqual(expect.arrayContaining(['400 invalid', '400 not-canonical']));
});

test('what is no HTTP at all is answered in one sentence, and the server goes on', async () => {
  await lab.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = lab.app.server.address() as AddressInfo;
  const line = fc.oneof(header, fc.string({ unit: 'binary', maxLength: 30 }), giant);
  const request = fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 300 }).map((one) => Buffer.from(one)),
    fc
      .record({
        method: fc.constantFrom('GET', 'POST', 'BREW', 'CONNECT', 'get', ''),
        url: fc.oneof(fc.constantFrom('/v1/nonce', '*', 'http://x/', '//', '/%'), line),
        version: fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/9.9', ''),
        headers: fc.array(
          fc.oneof(
            line,
            fc.constantFrom(
              ...[
                'Host: x',
                'Content-Length: -1',
                'Content-Length: 5',
                'Transfer-Encoding: chunked',
              ],
              ...['Expect: 100-continue', 'Expect: x', 'Upgrade: websocket', 'Connection: upgrade'],
              ...[
                `X: ${'y'.repeat(20_000)}`,
                'Content-Type: application/json',
                ': x',
                'A\u0000: b',
              ],
            ),
          ),
          { maxLength: 6 },
        ),
        rest: fc.oneof(fc.constant(''), fc.constantFrom('zz\r\n', '5\r\nhello\r\n0\r\n\r\n'), line),
      })
      .map(({ method, url, version, headers: lines, rest }) =>
        Buffer.from(
          `${method} ${url} ${version}\r\n${lines.map((one) => `${one}\r\n`).join('')}\r\n${rest}`,
        ),
      ),
  );
  await fc.assert(
    fc.asyncProperty(request, async (sent) => {
      const socket = connect(port, '127.0.0.1');
      let heard = '';
      socket.on('data', (chunk) => (heard += chunk.toString('latin1')));
      socket.on('error', () => undefined);
      await once(socket, 'connect');
      socket.end(sent);
      await once(socket, 'close');
      for (const [, status] of heard.matchAll(/^HTTP\/1\.1 (\d{3})/gm)) {
        expect(Number(status), heard).toBeLessThan(500);
      }
      expect(heard).not.toMatch(/node_modules|\n\s+at /);
    }),
    RUNS,
  );
  expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).toBe(200);
  const garbage = connect(port, '127.0.0.1');
  garbage.end('garbage\r\n\r\n');
  const [answer] = await once(garbage, 'data');
  expect(String(answer)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n[^]*"code":"invalid"/);
});
