import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Lab, TestJournal, type TestStation, openLab } from './server-lab.ts';

let lab: Lab;
let first: TestStation;
let second: TestStation;
let firstJournal: TestJournal;
let secondJournal: TestJournal;
beforeEach(async () => {
  lab = await openLab();
  [first, second] = [await lab.pairedStation(), await lab.pairedStation()];
  [firstJournal, secondJournal] = [new TestJournal(first.id), new TestJournal(second.id)];
});
afterEach(async () => {
  await lab.close();
});

const at = (seconds: number) => new Date(lab.clock.ms + seconds * 1000).toISOString();

/** Opens or resumes the nurse's session, by that station's clock. */
const access = (journal: TestJournal, seconds: number, session?: string) => {
  const entry = journal.access(lab.nurse, {
    ...(session === undefined ? {} : { session, type: 'session.resumed' }),
  });
  journal.entries.pop();
  return journal.append(entry.event, { at: at(seconds) });
};

const commandsFor = async (station: TestStation) =>
  (await lab.store.read.openCommands(station.id, 0, new Date(lab.clock.ms).toISOString())).map(
    ({ kind, member, issued_by: by }) => ({ kind, member, by }),
  );
const theLock = () => ({ kind: 'lock-elsewhere', member: lab.nurse.person, by: 'server' });

test('a tap at a second station locks the first, and only the first', async () => {
  await first.upload([access(firstJournal, 0)]);
  await second.upload([access(secondJournal, 30)]);
  expect(await commandsFor(first)).toEqual([theLock()]);
  expect(await commandsFor(second)).toEqual([]);
});

test('another member’s session, a locked one, and an ended one are left alone', async () => {
  const opened = access(firstJournal, 0);
  const { session = '' } = opened.event;
  const locked = firstJournal.append({
    type: 'session.locked',
    session,
    member: lab.nurse.person,
    detail: { cause: 'idle' },
  });
  await first.upload([opened, locked]);
  await second.upload([access(secondJournal, 30)]);
  expect(await commandsFor(first)).toEqual([]);
  const third = await lab.pairedStation();
  await third.upload([new TestJournal(third.id).access(lab.physician)]);
  expect(await commandsFor(second)).toEqual([]);
});

test('a late upload of old events never locks the station where the member is now', async () => {
  await second.upload([access(secondJournal, 0)]);
  // The first station was offline: what it tells now happened an hour before.
  await first.upload([access(firstJournal, -3600)]);
  expect(await commandsFor(second)).toEqual([]);
  // It still shows that session, so it is the one that was left behind.
  expect(await commandsFor(first)).toEqual([theLock()]);
});

test('a backlog that is not at its end does not say where its station is now', async () => {
  await second.upload([access(secondJournal, 0)]);
  const opened = access(firstJournal, -3600);
  const more = Array.from({ length: 999 }, () =>
    firstJournal.append({ type: 'app.blocked', outcome: 'failure', detail: { what: 'download' } }),
  );
  await first.upload([opened, ...more]);
  expect(await commandsFor(first)).toEqual([]);
  // The rest: the member came back to the first station after all.
  await first.upload([access(firstJournal, 60, opened.event.session)]);
  expect(await commandsFor(first)).toEqual([]);
  expect(await commandsFor(second)).toEqual([theLock()]);
});

test('a repeat of the same upload gives no second command', async () => {
  await first.upload([access(firstJournal, 0)]);
  const tap = access(secondJournal, 30);
  await second.upload([tap]);
  await second.upload([tap]);
  expect(await commandsFor(first)).toEqual([theLock()]);
});
