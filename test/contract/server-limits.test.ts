import { generateKeyPairSync } from 'node:crypto';
import { afterEach, expect, test, vi } from 'vitest';
import { standardLimits } from '../../server/http/limits.ts';
import { type Answer, type Lab, TestStation, openLab, refusalOf } from './server-lab.ts';

let lab: Lab;
afterEach(async () => {
  vi.useRealTimers();
  await lab.close();
});

/** A lab whose minutes pass when told to. */
async function labWith(limits: Partial<typeof standardLimits>) {
  vi.useFakeTimers({ toFake: ['Date'] });
  lab = await openLab({ limits: { ...standardLimits, ...limits } });
}
const aMinuteLater = () => vi.setSystemTime(Date.now() + 60_000);

function expectSlowDown(answer: Answer) {
  expect(answer.status).toBe(429);
  expect(refusalOf(answer).code).toBe('slow-down');
  const seconds = Number(answer.headers['retry-after']);
  expect(seconds).toBeGreaterThan(0);
  expect(seconds).toBeLessThanOrEqual(60);
}

const directory = (station: TestStation) => station.request('GET', '/v1/directory?have=1');

test('each station has its share of a minute', async () => {
  await labWith({ stationPerMinute: 3 });
  const [busy, other] = [await lab.pairedStation(), await lab.pairedStation()];
  for (let n = 0; n < 3; n++) expect((await directory(busy)).status).toBe(204);
  expectSlowDown(await directory(busy));
  expect((await directory(other)).status).toBe(204);
  aMinuteLater();
  expect((await directory(busy)).status).toBe(204);
});

test('a stranger who uses a station’s name does not use up its share', async () => {
  await labWith({ stationPerMinute: 1 });
  const station = await lab.pairedStation();
  const key = generateKeyPairSync('ed25519').privateKey;
  for (let n = 0; n < 5; n++) {
    const forged = await station.request('GET', '/v1/directory?have=1', undefined, { key });
    expect(refusalOf(forged).code).toBe('bad-signature');
  }
  expect((await directory(station)).status).toBe(204);
});

const from = async (remoteAddress: string, url = '/v1/nonce') => {
  const { statusCode, headers, body } = await lab.app.inject({ url, remoteAddress });
  return { status: statusCode, headers: { 'retry-after': String(headers['retry-after']) }, body };
};

test('each address has its share of what nobody signed, and of what is refused', async () => {
  await labWith({ addressPerMinute: 3 });
  await from('10.0.0.1');
  await from('10.0.0.1', '/v1/directory');
  await from('10.0.0.1', '/nothing/here');
  for (const url of ['/v1/nonce', '/v1/directory', '/nothing/here', '/health/live', '/']) {
    expectSlowDown(await from('10.0.0.1', url));
  }
  expect((await from('10.0.0.2')).status).toBe(200);
  aMinuteLater();
  expect((await from('10.0.0.1')).status).toBe(200);
});

test('addresses of one IPv6 network count as one', async () => {
  await labWith({ addressPerMinute: 1 });
  expect((await from('2001:db8:0:1::1')).status).toBe(200);
  expectSlowDown(await from('2001:db8:0:1:ffff::2'));
  expect((await from('2001:db8:0:2::1')).status).toBe(200);
});

test('a bad neighbour at an address does not stop the stations there', async () => {
  await labWith({ addressPerMinute: 20 });
  const station = await lab.pairedStation();
  while ((await from('127.0.0.1')).status === 200);
  expect((await directory(station)).status).toBe(204);
  const key = generateKeyPairSync('ed25519').privateKey;
  expectSlowDown(await station.request('GET', '/v1/directory?have=1', undefined, { key }));
});

test('guessing pairing codes is slowed, a rollout is not', async () => {
  await labWith({});
  const code = await lab.pairingCode(20);
  for (let n = 0; n < 20; n++) {
    expect((await new TestStation(lab.send).pair(code)).status).toBe(200);
  }
  const guess = () => new TestStation(lab.send).pair(`${'A'.repeat(16)}.${lab.keys.fingerprint}`);
  for (let n = 0; n < 10; n++) expect(refusalOf(await guess()).code).toBe('pairing-code-unknown');
  expectSlowDown(await guess());
  aMinuteLater();
  expect((await guess()).status).toBe(403);
});
