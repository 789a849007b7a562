import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import {
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
  createServer,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { calculateJwkThumbprint, decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { afterEach, expect, test } from 'vitest';
import { base32 } from '../../common/base32.ts';
import { NONCE_HEADER } from '../../common/wire.ts';
import { sha256 } from './sha256.ts';
import { createTransport } from './transport.ts';

const station = '6f3c0a52-8f4e-4a63-9d5c-0c5b6f1f2a11';
const { privateKey: stationKey } = generateKeyPairSync('ed25519');
const code = 'ABCDEFGHIJKLMNOP.QRSTUVWXYZ234567';

const closers: (() => void)[] = [];
afterEach(() => closers.splice(0).forEach((close) => close()));

interface Heard {
  readonly method: string;
  readonly url: string;
  readonly authorization: string;
  readonly body: Buffer;
}

/** A server that answers each request with the next answer; the last one repeats. */
async function serverWith(...answers: ((response: ServerResponse, heard: Heard) => void)[]) {
  const heard: Heard[] = [];
  const listener: RequestListener = (request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method = '', url = '', headers } = request;
      heard.push({
        method,
        url,
        authorization: headers.authorization ?? '',
        body: Buffer.concat(chunks),
      });
      const at = Math.min(heard.length, answers.length) - 1;
      const latest = heard.at(-1);
      if (latest) answers[at]?.(response, latest);
    });
  };
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const origin = `http://127.0.0.1:${port}`;
  const transport = createTransport({
    serverUrl: origin,
    stationKey,
    station: () => station,
    deadlineMs: 3_000,
  });
  return { heard, origin, transport };
}

const json = (status: number, value: unknown, nonce?: string) => (response: ServerResponse) => {
  response.writeHead(status, {
    'content-type': 'application/json',
    ...(nonce === undefined ? {} : { [NONCE_HEADER]: nonce }),
  });
  response.end(JSON.stringify(value));
};
const nonceAnswer = json(200, { nonce: 'n1' }, 'n1');
const committed = { epoch: station, seq: 2, hash: 'ab'.repeat(32), accepted: 2 };
const stale = json(401, { code: 'nonce-stale', message: 'again' }, 'n2');

const jwtOf = ({ authorization }: Heard) => authorization.replace(/^Wardlock /, '');

test('a request is signed over method, path, body and nonce', async () => {
  const { heard, transport } = await serverWith(
    nonceAnswer,
    json(200, committed, 'n2'),
    json(204, ''),
  );
  const lines = [Buffer.from('{"a":1}'), Buffer.from('{"b":2}')];
  expect(await transport.upload(lines)).toEqual({ ok: true, value: committed });
  expect(await transport.directory(7)).toEqual({ ok: true, value: undefined });
  expect(heard.map(({ method, url }) => `${method} ${url}`)).toEqual([
    'GET /v1/nonce',
    'POST /v1/events',
    'GET /v1/directory?have=7',
  ]);
  const [, upload, directory] = heard;
  if (!upload || !directory) throw new Error('not heard');
  // The bytes go verbatim, one event a line.
  expect(upload.body.toString()).toBe('{"a":1}\n{"b":2}\n');
  const { payload, protectedHeader } = await jwtVerify(jwtOf(upload), createPublicKey(stationKey));
  expect(protectedHeader).toEqual({ alg: 'EdDSA', typ: 'wardlock-request+jwt', kid: station });
  expect(payload).toEqual({
    htm: 'POST',
    htu: '/v1/events',
    bsh: Buffer.from(sha256(upload.body)).toString('base64url'),
    nonce: 'n1',
  });
  // The nonce of each answer serves the next request.
  expect(decodeJwt(jwtOf(directory))).toMatchObject({
    htm: 'GET',
    htu: '/v1/directory?have=7',
    nonce: 'n2',
  });
});

test('requests on their way at the same time never carry the same nonce', async () => {
  const { heard, transport } = await serverWith(
    nonceAnswer,
    json(200, committed, 'n2'),
    (response, { url }) =>
      url === '/v1/nonce' ? json(200, { nonce: 'n3' }, 'n4')(response) : json(204, '')(response),
  );
  await transport.upload([Buffer.from('{}')]);
  await Promise.all([transport.directory(1), transport.directory(1)]);
  const signed = heard.filter(({ authorization }) => authorization !== '');
  expect(signed.map((request) => decodeJwt(jwtOf(request))['nonce']).toSorted()).toEqual([
    'n1',
    'n2',
    'n3',
  ]);
});

test('a stale nonce is tried once more with the new one, and no oftener', async () => {
  const once = await serverWith(nonceAnswer, stale, json(200, committed));
  expect((await once.transport.upload([Buffer.from('{}')])).ok).toBe(true);
  expect(once.heard.slice(1).map((request) => decodeJwt(jwtOf(request))['nonce'])).toEqual([
    'n1',
    'n2',
  ]);
  const always = await serverWith(nonceAnswer, stale);
  expect(await always.transport.upload([Buffer.from('{}')])).toMatchObject({
    ok: false,
    error: { kind: 'refused', status: 401, error: { code: 'nonce-stale' } },
  });
  expect(always.heard).toHaveLength(3);
});

test.each([
  ['7', 7000],
  ['86400', 300_000],
  ['Wed, 21 Oct 2026 07:28:00 GMT', undefined],
  ['-1', undefined],
])('retry-after: %s', async (header, retryAfterMs) => {
  const { transport } = await serverWith(nonceAnswer, (response) => {
    response.writeHead(429, { 'retry-after': header }).end('{"code":"slow-down","message":"m"}');
  });
  const answer = await transport.upload([]);
  if (answer.ok || answer.error.kind !== 'refused') throw new Error('not refused');
  expect(answer.error.retryAfterMs).toBe(retryAfterMs);
});

test('a refusal keeps its code; an error page of somebody else gets one', async () => {
  const { transport } = await serverWith(
    nonceAnswer,
    json(409, { code: 'chain-fork', message: 'm' }),
    (response) => {
      response.writeHead(502).end('<html>Bad gateway</html>');
    },
  );
  expect(await transport.upload([])).toEqual({
    ok: false,
    error: { kind: 'refused', status: 409, error: { code: 'chain-fork', message: 'm' } },
  });
  expect(await transport.upload([])).toMatchObject({
    error: { kind: 'refused', status: 502, error: { code: 'unknown' } },
  });
});

test.each<[string, (response: ServerResponse) => void, RegExp]>([
  [
    'a portal page',
    (response) => void response.end('<html>Log in</html>'),
    /not one of a Wardlock server/,
  ],
  ['another shape', json(200, { ...committed, seq: -1 }), /not one of a Wardlock server/],
  [
    'an answer without end',
    (response) => {
      response.writeHead(200);
      const more = () =>
        response.write(Buffer.alloc(16_384), () => response.destroyed || setImmediate(more));
      more();
    },
    /longer than 65536 bytes/,
  ],
  ['silence', () => undefined, /no answer within 3000 ms/],
  [
    'half an answer, then silence',
    (response) => void response.writeHead(200).write('{'),
    /no answer within 3000 ms/,
  ],
  ['a broken connection', (response) => void response.destroy(), /./],
  [
    'a redirect',
    (response) => void response.writeHead(307, { location: 'http://127.0.0.1:9/' }).end(),
    /redirect/,
  ],
])('%s means that the server was not reached', async (_, answer, message) => {
  const { transport } = await serverWith(nonceAnswer, answer);
  expect(await transport.upload([Buffer.from('{}')])).toEqual({
    ok: false,
    error: { kind: 'unreachable', message: expect.stringMatching(message) },
  });
});

test('nobody listening is unreachable', async () => {
  const { origin, transport } = await serverWith(nonceAnswer);
  closers.splice(0).forEach((close) => close());
  expect(origin).toMatch(/^http/);
  expect(await transport.directory(0)).toEqual({
    ok: false,
    error: { kind: 'unreachable', message: 'ECONNREFUSED' },
  });
});

test('pairing takes the server whose key the code names, and no other', async () => {
  const { publicKey } = generateKeyPairSync('ed25519');
  const { kty, crv, x } = publicKey.export({ format: 'jwk' });
  const serverKey = { kty, crv, x };
  const thumbprint = await calculateJwkThumbprint(publicKey);
  const fingerprint = base32(Buffer.from(thumbprint, 'base64url').subarray(0, 10));
  const answer = { station, group: 'Ward', serverKey };
  const { heard, transport } = await serverWith(nonceAnswer, json(200, answer));
  expect(await transport.pair(`ABCDEFGHIJKLMNOP.${fingerprint}`, 'Room 12')).toEqual({
    ok: true,
    value: answer,
  });
  const request = heard[1];
  if (!request) throw new Error('not heard');
  const { x: own } = createPublicKey(stationKey).export({ format: 'jwk' });
  const body: unknown = JSON.parse(request.body.toString());
  expect(body).toEqual({
    secret: 'ABCDEFGHIJKLMNOP',
    name: 'Room 12',
    publicKey: { kty: 'OKP', crv: 'Ed25519', x: own },
  });
  expect(decodeProtectedHeader(jwtOf(request)).kid).toBe(
    await calculateJwkThumbprint(createPublicKey(stationKey)),
  );

  expect(await transport.pair(code, 'Room 12')).toMatchObject({
    ok: false,
    error: { kind: 'refused', error: { code: 'server-key-mismatch' } },
  });
  const before = heard.length;
  expect(await transport.pair('abc', 'Room 12')).toMatchObject({
    ok: false,
    error: { error: { code: 'pairing-code-malformed' } },
  });
  expect(heard).toHaveLength(before);
});
