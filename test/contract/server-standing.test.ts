import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { revokeStation } from '../../server/pairing.ts';
import { type Lab, TestJournal, TestStation, openLab, refusalOf } from './server-lab.ts';

let lab: Lab;
beforeEach(async () => {
  lab = await openLab();
});
afterEach(async () => {
  await lab.close();
});

const revoke = (station: TestStation) =>
  lab.store.write(async (tx) => {
    const row = await tx.station(station.id);
    if (row === undefined) throw new Error('no such station');
    await revokeStation(tx, row, lab.clock.ms);
  });
const directory = (station: TestStation) => station.request('GET', '/v1/directory?have=0');

test('a station waits for approval unless its code was approved beforehand', async () => {
  const station = new TestStation(lab.send);
  expect((await station.pair(await lab.pairingCode(1, 1, false))).status).toBe(200);
  const waiting = await directory(station);
  expect([waiting.status, refusalOf(waiting).code]).toEqual([403, 'station-pending']);
  expect(
    refusalOf(await station.upload([new TestJournal(station.id).access(lab.nurse)])).code,
  ).toBe('station-pending');
  await lab.store.write((tx) => tx.setStanding(station.id, 'active'));
  expect((await directory(station)).status).toBe(200);
});

test('whoever does not hold the key is not told how a station stands', async () => {
  const station = await lab.pairedStation();
  await revoke(station);
  const stranger = new TestStation(lab.send);
  stranger.id = station.id;
  await stranger.fetchNonce();
  expect(refusalOf(await directory(stranger)).code).toBe('bad-signature');
});

test('a revoked key is refused everywhere, and pairs never again, whatever the code', async () => {
  const station = await lab.pairedStation();
  await revoke(station);
  for (const url of [
    '/v1/directory?have=0',
    '/v1/stream',
    `/v1/commands?ask=${'A'.repeat(22)}&after=0`,
  ]) {
    expect(refusalOf(await station.request('GET', url)).code).toBe('station-revoked');
  }
  expect(refusalOf(await station.pair(await lab.pairingCode())).code).toBe('station-revoked');
});

test('a revoked station comes back under its id with another key, and its journal goes on', async () => {
  const station = await lab.pairedStation();
  const journal = new TestJournal(station.id);
  await station.upload([journal.access(lab.nurse)]);
  const waiting = journal.append({ type: 'station.stopped' });
  await revoke(station);

  const anew = new TestStation(lab.send);
  const answer = await anew.pair(await lab.pairingCode(), 'Room 12', {}, station.id);
  expect(answer.status).toBe(200);
  expect(anew.id).toBe(station.id);
  const uploaded = await anew.upload([waiting]);
  expect(JSON.parse(uploaded.body)).toMatchObject({ seq: 2, accepted: 1 });
  expect(refusalOf(await directory(station)).code).toBe('bad-signature');
  expect(await lab.store.read.stations()).toHaveLength(1);
});

test('a station that is in use, or that nobody knows, is not taken over with a code', async () => {
  const station = await lab.pairedStation();
  const thief = new TestStation(lab.send);
  const code = await lab.pairingCode();
  expect(refusalOf(await thief.pair(code, 'x', {}, station.id)).code).toBe('station-in-use');
  expect(refusalOf(await thief.pair(code, 'x', {}, randomUUID())).code).toBe('unknown-station');
  // Neither try used the code up.
  expect((await new TestStation(lab.send).pair(code)).status).toBe(200);
  expect((await directory(station)).status).toBe(200);
});

const alerts = async () =>
  (await lab.store.read.alerts({ open: true, limit: 9 })).map(({ kind, station }) => [
    kind,
    station,
  ]);

test('two live starts of an agent under one key: the key is revoked, with an alert', async () => {
  const station = await lab.pairedStation();
  station.boot = randomUUID();
  expect((await directory(station)).status).toBe(200);
  lab.clock.ms += 1_000;
  // The same key in another machine, with a nonce of its own.
  const copy = new TestStation(lab.send);
  Object.assign(copy, { privateKey: station.privateKey, id: station.id, boot: randomUUID() });
  await copy.fetchNonce();
  expect((await directory(copy)).status).toBe(200);
  lab.clock.ms += 10_000;
  // The first one asks on, with a nonce that it got before, and then with a newer one.
  expect((await directory(station)).status).toBe(200);
  expect(refusalOf(await directory(station)).code).toBe('station-revoked');
  expect(refusalOf(await directory(copy)).code).toBe('station-revoked');
  expect(await alerts()).toEqual([['two-boots', station.id]]);
});

test('a start that follows another, and a last request that comes late, revoke nothing', async () => {
  const station = await lab.pairedStation();
  for (let start = 0; start < 3; start++) {
    station.boot = randomUUID();
    for (let n = 0; n < 3; n++) {
      expect((await directory(station)).status).toBe(200);
      lab.clock.ms += 10_000;
    }
  }
  const [last, lastNonce] = [station.boot, station.nonce];
  station.boot = randomUUID();
  await station.fetchNonce();
  expect((await directory(station)).status).toBe(200);
  lab.clock.ms += 60_000;
  // A proxy held the last request of the start before: its nonce is from then.
  station.boot = last;
  station.nonce = lastNonce;
  expect((await directory(station)).status).toBe(200);
  expect(await alerts()).toEqual([]);
});
