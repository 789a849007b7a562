import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AccessEvent } from '../../common/event.ts';
import { publishDirectory } from '../../server/directory.ts';
import { type Entry, type Lab, TestJournal, type TestStation, openLab } from './server-lab.ts';

let lab: Lab;
let station: TestStation;
let journal: TestJournal;
beforeEach(async () => {
  lab = await openLab();
  station = await lab.pairedStation();
  journal = new TestJournal(station.id);
});
afterEach(() => lab.close());

/** A policy with this grace for the station's group; the version of the directory that carries it. */
async function give(graceSeconds: number): Promise<number> {
  await lab.store.write(async (tx) => {
    await tx.setGroup('ICU North', { policy: { graceSeconds } });
    await publishDirectory(tx, lab.keys, lab.clock.ms);
  });
  return (await lab.store.read.newestSnapshot('ICU North'))?.version ?? 0;
}

const verdicts = async () =>
  (await lab.store.read.events({ after: 0, limit: 100 })).map(
    ({ verdict, reason }) => reason ?? verdict,
  );

test('a touch without PIN is verified where the policy of its time gave the grace', async () => {
  const dir = await give(120);
  const pin = journal.access(lab.nurse, {}, { dir });
  journal.tap(lab.nurse, pin);
  // Of the PIN, not of the tap before.
  journal.tap(lab.nurse, pin, { mono: pin.event.mono + 120_000 });
  expect((await station.upload(journal.entries)).status).toBe(200);
  expect(await verdicts()).toEqual(['verified', 'verified', 'verified']);
});

test('also in a later upload, after the policy has been taken back, and beside repeats', async () => {
  const dir = await give(120);
  const pin = journal.access(lab.nurse, {}, { dir });
  await station.upload(journal.entries);
  journal.tap(lab.nurse, pin);
  await give(0);
  await station.upload(journal.entries);
  journal.tap(lab.nurse, pin, { mono: pin.event.mono + 110_000 });
  await station.upload(journal.entries.slice(2));
  expect(await verdicts()).toEqual(['verified', 'verified', 'verified']);
});

test.each<[what: string, craft: (pin: Entry, dir: number) => Partial<AccessEvent>]>([
  ['under a directory that had none', () => ({ dir: 1 })],
  ['under a directory that never was', (_, dir) => ({ dir: dir + 1 })],
  ['under the last directory there could be', () => ({ dir: Number.MAX_SAFE_INTEGER })],
  [
    'after the last event there could be',
    () => ({ detail: { pinSeq: Number.MAX_SAFE_INTEGER, graceSeconds: 120 } }),
  ],
  [
    'with a longer one than policy gave',
    ({ event }) => ({ detail: { pinSeq: event.seq, graceSeconds: 121 } }),
  ],
  ['too late', ({ event }) => ({ mono: event.mono + 121_001 })],
  ['after something that is no access', () => ({ detail: { pinSeq: 1, graceSeconds: 120 } })],
  ['after nothing', () => ({ detail: { pinSeq: 99, graceSeconds: 120 } })],
  ['of a session that it opens', () => ({ type: 'session.opened' })],
])('a touch without PIN %s is unproven', async (_what, craft) => {
  const dir = await give(120);
  journal.append({ type: 'station.started' });
  const pin = journal.access(lab.nurse, {}, { dir });
  journal.tap(lab.nurse, pin, craft(pin, dir));
  expect((await station.upload(journal.entries)).status).toBe(200);
  expect(await verdicts()).toEqual(['verified', 'verified', 'grace']);
  expect(lab.log()).toContain('"alert":"unproven","reason":"grace"');
});

test.each([1.5, 1e300, -0.5])(
  'at the place %d there is no PIN: unproven, and stored',
  async (pinSeq) => {
    const dir = await give(120);
    const pin = journal.access(lab.nurse, {}, { dir });
    journal.tap(lab.nurse, pin, { detail: { pinSeq, graceSeconds: 120 } });
    expect((await station.upload(journal.entries)).status).toBe(200);
    expect(await verdicts()).toEqual(['verified', 'user-verified']);
  },
);

test('one that leans on a tap, or on an access that is itself unproven, is too', async () => {
  const dir = await give(120);
  const pin = journal.access(lab.nurse, {}, { dir });
  const tap = journal.tap(lab.nurse, pin);
  const onTap = { pinSeq: tap.event.seq, graceSeconds: 120 };
  journal.tap(lab.nurse, pin, { detail: onTap });
  const forged = journal.access(lab.nurse, { origin: 'https://other.example' }, { dir });
  await station.upload(journal.entries);
  journal.tap(lab.nurse, forged);
  journal.tap(lab.nurse, tap, { detail: onTap });
  await station.upload(journal.entries.slice(4));
  expect(await verdicts()).toEqual(['verified', 'verified', 'grace', 'origin', 'grace', 'grace']);
});

test('another member’s, and one with a clone’s counter', async () => {
  const dir = await give(120);
  const pin = journal.access(lab.nurse, {}, { dir });
  journal.tap(lab.physician, pin);
  journal.access(
    lab.nurse,
    { type: 'session.resumed', session: pin.event.session ?? '', flags: 0x01, counter: 1 },
    { dir, detail: { pinSeq: pin.event.seq, graceSeconds: 120 } },
  );
  await station.upload(journal.entries);
  expect(await verdicts()).toEqual(['verified', 'grace', 'counter']);
});
