import { generateKeyPairSync } from 'node:crypto';
import { compactVerify } from 'jose';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { utf8 } from '../../common/bytes.ts';
import { directorySnapshot } from '../../common/directory.ts';
import { DIRECTORY_JWS_TYP, NONCE_HEADER, nonceResponse, pairResponse } from '../../common/wire.ts';
import { type Lab, type Send, TestJournal, TestStation, openLab, refusalOf } from './server-lab.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(async () => {
  await lab.close();
});

describe('pairing', () => {
  test('a code pairs a station, and tells the server key whose fingerprint it carries', async () => {
    const code = await lab.pairingCode();
    const station = new TestStation(lab.send);
    const answer = await station.pair(code);
    expect(answer.status).toBe(200);
    const paired = pairResponse.parse(JSON.parse(answer.body));
    expect(paired.group).toBe('ICU North');
    expect(paired.serverKey).toEqual(lab.keys.publicJwk);
    expect(code.split('.')[1]).toBe(lab.keys.fingerprint);
    expect((await lab.store.read.head(paired.station))?.seq).toBe(0);
  });

  test('the same key with a valid code keeps its station; a lost answer costs no second use', async () => {
    const code = await lab.pairingCode(1);
    const station = new TestStation(lab.send);
    await station.pair(code);
    const first = station.id;
    expect((await station.pair(code)).status).toBe(200);
    expect(station.id).toBe(first);
    expect((await station.pair(await lab.pairingCode())).status).toBe(200);
    expect(station.id).toBe(first);
    expect(await lab.store.read.stations()).toHaveLength(1);
  });

  test('a code is good for its count of stations and its hours', async () => {
    const code = await lab.pairingCode(2, 1);
    for (const expected of [200, 200, 403]) {
      expect((await new TestStation(lab.send).pair(code)).status).toBe(expected);
    }
    expect(refusalOf(await new TestStation(lab.send).pair(code)).code).toBe('pairing-code-used');
    const late = await lab.pairingCode(1, 1);
    lab.clock.ms += 3_600_000;
    expect(refusalOf(await new TestStation(lab.send).pair(late)).code).toBe('pairing-code-expired');
  });

  test('a key that was not used to sign does not get paired', async () => {
    const other = generateKeyPairSync('ed25519').privateKey;
    const station = new TestStation(lab.send);
    const answer = await station.pair(await lab.pairingCode(), 'x', { key: other });
    expect(refusalOf(answer).code).toBe('bad-signature');
    expect(await lab.store.read.stations()).toHaveLength(0);
  });

  test.each([
    ['secret', { secret: 'short' }],
    ['name', { name: '' }],
    ['publicKey.x', { publicKey: { kty: 'OKP', crv: 'Ed25519', x: 'y' } }],
  ])('a wrong %s is named', async (field, change) => {
    const station = new TestStation(lab.send);
    const right = { secret: 'A'.repeat(16), name: 'x', publicKey: station.publicJwk };
    const answer = await station.request(
      'POST',
      '/v1/pair',
      utf8(JSON.stringify({ ...right, ...change })),
    );
    expect(answer.status).toBe(400);
    expect(refusalOf(answer)).toMatchObject({ code: 'invalid', field });
  });
});

describe('signed requests', () => {
  test('every /v1 answer brings a fresh nonce, refusals too', async () => {
    const seen = new Set<string | undefined>();
    for (const url of ['/v1/nonce', '/v1/directory', '/v1/nothing', '/v1/console/overview']) {
      const answer = await lab.send({ method: 'GET', url, headers: {} });
      seen.add(answer.headers[NONCE_HEADER]);
    }
    expect(seen.size).toBe(4);
    expect(seen.has(undefined)).toBe(false);
    const { body } = await lab.send({ method: 'GET', url: '/v1/nonce', headers: {} });
    expect(nonceResponse.parse(JSON.parse(body)).nonce).not.toBe('');
  });

  const good = { method: 'GET', url: '/v1/directory?have=0' } as const;
  test.each([
    ['no-authorization', { authorization: 'Bearer x' }],
    ['bad-token', { authorization: 'Wardlock x.y.z' }],
    ['wrong-typ', { typ: 'JWT' }],
    ['unknown-station', { kid: 'ffffffff-ffff-4fff-8fff-ffffffffffff' }],
    ['bad-signature', { key: generateKeyPairSync('ed25519').privateKey }],
    ['bad-token', { claims: { htm: 'PUT' } }],
    ['wrong-method', { claims: { htm: 'POST' } }],
    ['wrong-path', { claims: { htu: '/v1/directory?have=1' } }],
    ['wrong-body', { claims: { bsh: 'x' } }],
    ['nonce-stale', { claims: { nonce: 'x' } }],
  ])('%s', async (code, falsify) => {
    const station = await lab.pairedStation();
    expect((await station.request(good.method, good.url)).status).toBe(200);
    const answer = await station.request(good.method, good.url, undefined, falsify);
    expect(answer.status).toBe(401);
    expect(refusalOf(answer).code).toBe(code);
    // The refusal's nonce is good for the next try.
    expect((await station.request(good.method, good.url)).status).toBe(200);
  });

  test('only EdDSA is taken: a public key is no HMAC secret', async () => {
    const station = await lab.pairedStation();
    const { createSecretKey } = await import('node:crypto');
    const answer = await station.request(good.method, good.url, undefined, {
      alg: 'HS256',
      key: createSecretKey(Buffer.from(station.publicJwk.x, 'base64url')),
    });
    expect(refusalOf(answer).code).toBe('wrong-alg');
  });

  test('a nonce is stale after five minutes, and another server’s is forged', async () => {
    const station = await lab.pairedStation();
    lab.clock.ms += 5 * 60_000;
    expect(refusalOf(await station.request(good.method, good.url)).code).toBe('nonce-stale');
    const stranger = await openLab();
    const { headers } = await stranger.send({ method: 'GET', url: '/v1/nonce', headers: {} });
    await stranger.close();
    station.nonce = headers[NONCE_HEADER] ?? '';
    expect(refusalOf(await station.request(good.method, good.url)).code).toBe('nonce-stale');
    expect((await station.request(good.method, good.url)).status).toBe(200);
  });

  test('a request that was heard already is not heard again', async () => {
    const heard: Parameters<Send>[0][] = [];
    const station = await lab.pairedStation();
    station.send = (request) => {
      heard.push(request);
      return lab.send(request);
    };
    expect((await station.request(good.method, good.url)).status).toBe(200);
    const journal = new TestJournal(station.id);
    expect((await station.upload([journal.append({ type: 'station.started' })])).status).toBe(200);
    expect((await station.pair(await lab.pairingCode())).status).toBe(200);
    // The third of them fetches a nonce, unsigned.
    expect(heard.map(({ url }) => url)).toEqual([good.url, '/v1/events', '/v1/nonce', '/v1/pair']);
    for (const request of heard.filter(({ url }) => url !== '/v1/nonce')) {
      expect(refusalOf(await lab.send(request)).code, request.url).toBe('nonce-stale');
    }
  });

  test('a body that was not signed is refused and nothing of it is stored', async () => {
    const station = await lab.pairedStation();
    const journal = new TestJournal(station.id);
    const signed = journal.append({ type: 'station.started' });
    const swapped = journal.craft({ type: 'station.stopped' }, { seq: 1 });
    const answer = await station.upload([signed], { body: swapped.canonical });
    expect(refusalOf(answer).code).toBe('wrong-body');
    expect(await lab.store.read.events({ limit: 10 })).toHaveLength(0);
  });
});

describe('directory', () => {
  test('is signed by the server key, for the station’s group, and given once', async () => {
    const station = await lab.pairedStation();
    const answer = await station.request('GET', '/v1/directory?have=0');
    expect(answer.headers['content-type']).toBe('application/jose');
    const { createPublicKey } = await import('node:crypto');
    const { payload, protectedHeader } = await compactVerify(
      answer.body,
      createPublicKey({ key: { ...lab.keys.publicJwk }, format: 'jwk' }),
    );
    expect(protectedHeader).toEqual({
      alg: 'EdDSA',
      typ: DIRECTORY_JWS_TYP,
      kid: lab.keys.thumbprint,
    });
    const snapshot = directorySnapshot.parse(JSON.parse(new TextDecoder().decode(payload)));
    expect(snapshot).toMatchObject({ group: 'ICU North', version: 1, rpId: 'localhost' });
    expect(snapshot.members).toHaveLength(4);
    expect(snapshot.credentials).toHaveLength(4);
    expect(snapshot.apps.map((app) => app.name)).toEqual(['Chart', 'Medication', 'Labs']);

    const again = await station.request('GET', '/v1/directory?have=1');
    expect(again.status).toBe(204);
    expect(again.body).toBe('');
    const other = await lab.pairedStation();
    expect((await other.request('GET', '/v1/directory?have=0')).body).toBe(answer.body);
  });

  test('a have that is no number is named', async () => {
    const station = await lab.pairedStation();
    const answer = await station.request('GET', '/v1/directory?have=x');
    expect(refusalOf(answer)).toMatchObject({ code: 'invalid', field: 'have' });
  });
});
