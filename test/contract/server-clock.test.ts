import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Lab, TestJournal, type TestStation, openLab } from './server-lab.ts';

const DAY_MS = 24 * 3_600_000;
let lab: Lab;
let station: TestStation;
let journal: TestJournal;
beforeEach(async () => {
  lab = await openLab();
  station = await lab.pairedStation();
  journal = new TestJournal(station.id);
});
afterEach(() => lab.close());

const ago = (ms: number) => ({ at: new Date(lab.clock.ms - ms).toISOString() });
const stored = async () =>
  (await lab.store.read.events({ limit: 100 })).map(({ seq, verdict, reason }) => [
    seq,
    verdict,
    reason,
  ]);
const alerts = async () =>
  (await lab.store.read.alerts({ open: true, limit: 100 })).map(({ kind, reason, seq }) => [
    kind,
    reason,
    seq,
  ]);
const lines = () =>
  lab
    .log()
    .split('\n')
    .filter((line) => line.includes('"alert":"clock"'))
    .map((line) => JSON.parse(line).reason);

test('a station that was offline for a month gives no cause', async () => {
  const late = [30, 20, 10].map((days) =>
    journal.append({ type: 'app.blocked' }, ago(days * DAY_MS)),
  );
  expect((await station.upload(late)).status).toBe(200);
  expect(await alerts()).toEqual([]);
  expect(lines()).toEqual([]);
});

test('a wrong clock: taken, flagged, one alert and one line in the log', async () => {
  const wrong = [
    journal.append({ type: 'app.blocked' }, ago(3650 * DAY_MS)),
    journal.append({ type: 'app.blocked' }, ago(-DAY_MS)),
    journal.append({ type: 'app.blocked' }, ago(-DAY_MS)),
    journal.append({ type: 'app.blocked' }, ago(0)),
  ];
  expect((await station.upload(wrong)).status).toBe(200);
  expect(await stored()).toEqual([
    [4, 'verified', 'clock-back'],
    [3, 'verified', 'clock-ahead'],
    [2, 'verified', 'clock-ahead'],
    [1, 'verified', 'clock-behind'],
  ]);
  const told = ['clock-ahead', 'clock-back', 'clock-behind'];
  expect((await alerts()).map(([, reason]) => reason).toSorted()).toEqual(told);
  expect(lines().toSorted()).toEqual(told);
  // The same again is no news, and neither is more of it.
  expect((await station.upload(wrong)).status).toBe(200);
  const more = journal.append({ type: 'app.blocked' }, ago(-2 * DAY_MS));
  expect((await station.upload([more])).status).toBe(200);
  expect(lines()).toHaveLength(3);
});

test('a clock that goes back between two uploads', async () => {
  expect(
    (await station.upload([journal.append({ type: 'app.blocked' }, ago(DAY_MS))])).status,
  ).toBe(200);
  expect(
    (await station.upload([journal.append({ type: 'app.blocked' }, ago(2 * DAY_MS))])).status,
  ).toBe(200);
  expect(await alerts()).toEqual([['clock', 'clock-back', 2]]);
});
