import { createHash, createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { toHex } from '../../common/bytes.ts';
import { GENESIS, accessEvent } from '../../common/event.ts';
import { journalSetting, locked, opened, temporaryFolder } from '../../test/support/journal.ts';
import type { JournalEntry } from '../ports/journal.ts';
import { createJournal } from './journal.ts';
import { openJournal } from './journal-open.ts';
import { openDatabase } from './journal-schema.ts';

let place: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  place = temporaryFolder();
});
afterEach(() => place.remove());

const eventOf = (canonical: Uint8Array) =>
  accessEvent.parse(JSON.parse(Buffer.from(canonical).toString('utf8')));

const text = ({ canonical }: JournalEntry) => Buffer.from(canonical).toString('utf8');

/** RFC 6962 leaf hash, written here a second time on purpose. */
const leafHash = (bytes: Uint8Array) =>
  toHex(createHash('sha256').update(Uint8Array.of(0)).update(bytes).digest());

/** Changes the closed file behind the journal's back. */
function tamper(file: string, sql: string): void {
  const db = new Database(file);
  db.exec(sql);
  db.close();
}

test('events are completed, chained and numbered', () => {
  const setting = journalSetting(place.folder);
  const { journal } = opened(setting);
  const first = journal.append([locked()]);
  const rest = journal.append([locked(), locked()]);
  if (!first.ok || !rest.ok) throw new Error('not written');
  const entries = [...first.value, ...rest.value];
  expect(entries.map(({ seq }) => seq)).toEqual([1, 2, 3]);
  let prev = GENESIS;
  for (const { seq, hash, canonical } of entries) {
    const event = eventOf(canonical);
    expect(event).toMatchObject({ v: 1, station: setting.station, boot: setting.boot, seq, prev });
    expect(event).toMatchObject({ dir: 3, mono: 1234, detail: { cause: 'idle' } });
    expect(hash).toBe(leafHash(canonical));
    prev = hash;
  }
  expect(journal.place()).toMatchObject({ station: setting.station, seq: 3, head: prev });
  // One moment for all events of one transaction.
  expect(rest.value.map(({ canonical }) => eventOf(canonical).at)).toEqual([
    '2026-01-05T08:00:02.000Z',
    '2026-01-05T08:00:02.000Z',
  ]);
});

test('a reopened journal goes on where it stopped', () => {
  const setting = journalSetting(place.folder);
  const first = opened(setting);
  expect(first).toMatchObject({ newest: undefined, recovered: undefined });
  first.journal.append([locked(), { type: 'station.stopped', outcome: 'success', detail: {} }]);
  const before = first.journal.place();
  first.journal.close();
  const again = opened({ ...setting, expected: true });
  expect(again).toMatchObject({ newest: 'station.stopped', recovered: undefined });
  expect(again.journal.place()).toEqual(before);
  const next = again.journal.append([locked()]);
  expect(next.ok && eventOf(next.value[0]?.canonical ?? new Uint8Array())).toMatchObject({
    seq: 3,
    prev: before.head,
    epoch: before.epoch,
  });
});

test('a draft that the server would refuse for ever is not written', () => {
  const { journal } = opened(journalSetting(place.folder));
  expect(() =>
    journal.append([locked(), { ...locked(), detail: { cause: 'x'.repeat(129) } }]),
  ).toThrow(/cause/);
  expect(journal.place().seq).toBe(0);
  expect(journal.unsent(10, 1e6)).toEqual([]);
});

test('unsent events come in order within both bounds, and the mark never moves back', () => {
  const setting = journalSetting(place.folder);
  const { journal } = opened(setting);
  const written = journal.append(Array.from({ length: 10 }, locked));
  if (!written.ok) throw new Error(written.error);
  const size = written.value[0]?.canonical.length ?? 0;
  expect(journal.waiting()).toBe(10);
  expect(journal.unsent(3, 1e6).map(text)).toEqual(written.value.slice(0, 3).map(text));
  expect(journal.unsent(10, 2.5 * size)).toHaveLength(2);
  // One event alone has to be sent some day, however long.
  expect(journal.unsent(10, 1)).toHaveLength(1);
  journal.acknowledge(4);
  journal.acknowledge(2);
  expect(journal.waiting()).toBe(6);
  expect(journal.unsent(10, 1e6).map(({ seq }) => seq)).toEqual([5, 6, 7, 8, 9, 10]);
  expect(() => journal.acknowledge(11)).toThrow(RangeError);
  journal.close();
  expect(opened(setting).journal.waiting()).toBe(6);
});

test('sessions that a crash left behind are known until they are told', () => {
  const setting = journalSetting(place.folder);
  const [ended, lost, left] = [randomUUID(), randomUUID(), randomUUID()];
  const member = randomUUID();
  const of = (type: 'session.opened' | 'session.ended' | 'session.lost', session: string) =>
    ({ type, outcome: 'success', session, member, detail: {} }) as const;
  const { journal } = opened(setting);
  journal.append([of('session.opened', ended), of('session.opened', lost)]);
  journal.append([of('session.opened', left)]);
  journal.append([of('session.ended', ended)]);
  journal.append([of('session.lost', lost)]);
  expect(journal.unended()).toEqual([{ session: left, member }]);
  journal.close();
  expect(opened(setting).journal.unended()).toEqual([{ session: left, member }]);
});

test('nothing of an event can be read in the files', () => {
  const { journal } = opened(journalSetting(place.folder));
  const draft = locked();
  journal.append([draft]);
  const files = readdirSync(place.folder).map((name) =>
    readFileSync(path.join(place.folder, name)),
  );
  expect(files.length).toBeGreaterThan(0);
  for (const planted of [draft.member ?? '', draft.session ?? '', 'session.locked', '"cause"']) {
    expect(planted.length).toBeGreaterThan(6);
    expect(files.filter((bytes) => bytes.includes(planted))).toEqual([]);
  }
});

test('no two bodies share an IV, over several fillings of the pool', () => {
  const setting = journalSetting(place.folder);
  const { journal } = opened(setting);
  journal.append(Array.from({ length: 600 }, locked));
  journal.close();
  const db = new Database(setting.file);
  const ivs = db
    .prepare<[], { iv: string }>('SELECT hex(substr(body, 1, 12)) AS iv FROM event')
    .all();
  db.close();
  expect(ivs).toHaveLength(600);
  expect(new Set(ivs.map(({ iv }) => iv)).size).toBe(600);
});

test('a full disk is told as such, writes nothing, and heals', () => {
  const setting = journalSetting(place.folder);
  opened(setting).journal.close();
  const db = openDatabase(setting.file);
  const stand = { epoch: randomUUID(), seq: 0, hash: GENESIS, acknowledged: 0 };
  const journal = createJournal(db, setting, stand);
  db.pragma(`max_page_count = ${Number(db.pragma('page_count', { simple: true }))}`);
  const drafts = Array.from({ length: 100 }, locked);
  expect(journal.append(drafts)).toEqual({ ok: false, error: 'full' });
  expect(setting.reports).toEqual(['journal:SQLITE_FULL']);
  expect(journal.place()).toMatchObject({ seq: 0, head: GENESIS });
  expect(journal.unsent(10, 1e6)).toEqual([]);
  db.pragma('max_page_count = 100000');
  expect(journal.append(drafts).ok).toBe(true);
  expect(journal.place().seq).toBe(100);
});

test('a closed journal and one in use are told apart from a broken one', () => {
  const setting = journalSetting(place.folder);
  const { journal } = opened(setting);
  journal.append([locked()]);
  expect(openJournal(setting)).toMatchObject({ ok: false, error: { code: 'in-use' } });
  journal.close();
  expect(journal.append([locked()])).toEqual({ ok: false, error: 'closed' });
  expect(opened(setting)).toMatchObject({ recovered: undefined });
});

test.each([
  ['a changed body', 'UPDATE event SET body = zeroblob(length(body)) WHERE seq = 3', 'unreadable'],
  [
    'two bodies swapped',
    'UPDATE event SET seq = CASE seq WHEN 2 THEN -3 WHEN 3 THEN -2 ELSE seq END; UPDATE event SET seq = -seq WHERE seq < 0',
    'unreadable',
  ],
  ['a missing event', 'DELETE FROM event WHERE seq = 3', 'chain'],
  [
    'a changed hash',
    "UPDATE event SET hash = replace(hash, substr(hash, 1, 1), 'x') WHERE seq = 4",
    'chain',
  ],
  ['fewer events than acknowledged', 'DELETE FROM event WHERE seq > 1', 'chain'],
  ['a mark of nonsense', "UPDATE meta SET value = 'many' WHERE name = 'acknowledged'", 'identity'],
  ['no epoch', "DELETE FROM meta WHERE name = 'epoch'", 'identity'],
])('%s sets the journal aside', (_, sql, reason) => {
  const setting = journalSetting(place.folder);
  const first = opened(setting);
  first.journal.append(Array.from({ length: 4 }, locked));
  first.journal.acknowledge(2);
  const old = first.journal.place();
  first.journal.close();
  tamper(setting.file, sql);

  const again = opened({ ...setting, expected: true });
  expect(again.recovered).toBe(reason);
  expect(setting.reports).toEqual([`journal:set-aside:${reason}`]);
  expect(readdirSync(place.folder)).toContain('journal.db.aside-1');
  const [told, ...others] = again.journal.unsent(10, 1e6);
  expect(others).toEqual([]);
  const event = eventOf(told?.canonical ?? new Uint8Array());
  expect(event).toMatchObject({
    type: 'journal.recovered',
    outcome: 'failure',
    seq: 1,
    prev: GENESIS,
  });
  expect(event.epoch).not.toBe(old.epoch);
  expect(event.detail).toMatchObject({ reason });
  if (reason !== 'identity')
    expect(event.detail).toMatchObject({ oldEpoch: old.epoch, oldAcknowledged: 2 });
  again.journal.close();
  expect(opened(setting)).toMatchObject({ recovered: undefined, newest: 'journal.recovered' });
});

test('a file that is no database is kept, and told', () => {
  const setting = journalSetting(place.folder);
  const { journal } = opened(setting);
  journal.append([locked()]);
  journal.close();
  const garbage = randomBytes(8192);
  writeFileSync(setting.file, garbage);
  const again = opened(setting);
  expect(again.recovered).toBe('file');
  expect(readFileSync(`${setting.file}.aside-1`)).toEqual(garbage);
  expect(eventOf(again.journal.unsent(1, 1)[0]?.canonical ?? new Uint8Array()).detail).toEqual({
    reason: 'file',
  });
});

test('marks and open sessions outlive a journal that was set aside', () => {
  const setting = journalSetting(place.folder);
  const first = opened(setting);
  const [session, member] = [randomUUID(), randomUUID()];
  first.journal.append([
    { type: 'session.opened', outcome: 'success', session, member, detail: {} },
  ]);
  first.state.raiseCounter('cred', 41);
  first.state.raiseDirectoryVersion(7);
  first.state.raiseLatestTime(1_700_000_000_000);
  first.journal.close();
  const again = opened({ ...setting, key: createSecretKey(randomBytes(32)) });
  expect(again.recovered).toBe('unreadable');
  expect(again.journal.unended()).toEqual([{ session, member }]);
  expect(again.state.counter('cred')).toBe(41);
  expect(again.state.directoryVersion()).toBe(7);
  expect(again.state.latestTime()).toBe(1_700_000_000_000);
});

test('a paired station without its journal says that it is missing', () => {
  const { journal, recovered } = opened({ ...journalSetting(place.folder), expected: true });
  expect(recovered).toBe('missing');
  const [told] = journal.unsent(1, 1e6);
  expect(eventOf(told?.canonical ?? new Uint8Array()).detail).toEqual({ reason: 'missing' });
});

test('the journal of another station is set aside', () => {
  const setting = journalSetting(place.folder);
  opened(setting).journal.close();
  expect(opened({ ...setting, station: randomUUID() }).recovered).toBe('identity');
});

test('marks only rise', () => {
  const setting = journalSetting(place.folder);
  const { state, journal } = opened(setting);
  expect([state.counter('c'), state.directoryVersion(), state.latestTime()]).toEqual([0, 0, 0]);
  for (const value of [5, 9, 3]) {
    state.raiseCounter('c', value);
    state.raiseDirectoryVersion(value);
    state.raiseLatestTime(value);
  }
  journal.close();
  const again = opened(setting).state;
  expect([again.counter('c'), again.directoryVersion(), again.latestTime()]).toEqual([9, 9, 9]);
});

test('proven and pruned events: the marks last, and only what is proven, sent and old enough goes', () => {
  const setting = journalSetting(place.folder);
  const { journal } = opened(setting);
  const { epoch } = journal.place();
  // Event n is of second n.
  for (let n = 0; n < 10; n++) journal.append([locked()]);
  const at = (seq: number) => Date.UTC(2026, 0, 5, 8) + seq * 1000;
  expect(journal.oldest()).toBe(1);
  expect(journal.prune(at(99), 100)).toBe(0);
  journal.acknowledge(5);
  expect(journal.prune(at(99), 100)).toBe(0);
  journal.prove(epoch, 7);
  expect(() => journal.prove(epoch, 11)).toThrow(RangeError);
  journal.prove(epoch, 6);
  expect(journal.proven()).toBe(7);
  expect(journal.prune(at(3), 100)).toBe(2);
  expect(journal.prune(at(99), 2)).toBe(2);
  expect(journal.oldest()).toBe(5);
  expect(journal.hashes(epoch, 5, 6)).toHaveLength(2);
  expect(journal.hashes(epoch, 4, 6)).toBeUndefined();
  expect(journal.hashes(epoch, 9, 11)).toBeUndefined();
  expect(journal.prune(at(99), 100)).toBe(1);
  const head = journal.place();
  journal.close();

  const again = opened({ ...setting, expected: true });
  expect(again.recovered).toBeUndefined();
  expect(again.journal.place()).toEqual(head);
  expect(again.journal.owed()).toEqual({ current: { epoch, after: 7, last: 5 }, past: [] });
  expect(again.journal.oldest()).toBe(6);
  again.journal.acknowledge(10);
  again.journal.prove(epoch, 10);
  // The newest stays, because the next one follows it.
  expect(again.journal.prune(at(99), 100)).toBe(4);
  expect(again.journal.oldest()).toBe(10);
  again.journal.close();
  const last = opened({ ...setting, expected: true });
  expect(last.recovered).toBeUndefined();
  expect(last.journal.place()).toEqual(head);
  expect(last.newest).toBe('session.locked');
  last.journal.close();
});

test('a rewound journal is sent again from there, also after a restart', () => {
  const setting = journalSetting(place.folder);
  const { journal } = opened(setting);
  const { epoch } = journal.place();
  for (let n = 0; n < 10; n++) journal.append([locked()]);
  journal.acknowledge(8);
  journal.prove(epoch, 8);
  journal.prune(Date.UTC(2030, 0, 1), 3);
  journal.forgetProofs();
  journal.rewind(9);
  expect(journal.owed().current.last).toBe(8);
  journal.rewind(journal.oldest() - 1);
  expect(journal.unsent(100, 1e9).map(({ seq }) => seq)).toEqual([4, 5, 6, 7, 8, 9, 10]);
  journal.close();
  const again = opened({ ...setting, expected: true });
  expect(again.recovered).toBeUndefined();
  expect(again.journal.proven()).toBe(0);
  expect(again.journal.waiting()).toBe(7);
  again.journal.close();
});

test('events that are missing behind the pruned ones are damage', () => {
  const setting = journalSetting(place.folder);
  const { journal } = opened(setting);
  const { epoch } = journal.place();
  for (let n = 0; n < 6; n++) journal.append([locked()]);
  journal.acknowledge(2);
  journal.prove(epoch, 2);
  journal.prune(Date.UTC(2030, 0, 1), 10);
  journal.close();
  tamper(setting.file, 'DELETE FROM event WHERE seq = 3');
  const again = opened({ ...setting, expected: true });
  expect(again.recovered).toBe('chain');
  again.journal.close();
});

test('of a past epoch what was acknowledged is proven and pruned, what is disputed stays', () => {
  const setting = journalSetting(place.folder);
  const { journal } = opened(setting);
  const { epoch } = journal.place();
  for (let n = 0; n < 8; n++) journal.append([locked()]);
  journal.acknowledge(5);
  journal.prove(epoch, 2);
  const hashes = journal.hashes(epoch, 1, 8);
  expect(journal.beginEpoch(randomUUID()).ok).toBe(true);
  const next = journal.place().epoch;
  expect(journal.owed()).toEqual({
    current: { epoch: next, after: 0, last: 0 },
    past: [{ epoch, after: 2, last: 5 }],
  });
  expect(journal.hashes(epoch, 1, 8)).toEqual(hashes);
  expect(journal.hashes(next, 1, 2)).toBeUndefined();
  journal.pastSent(epoch, 8);
  expect(journal.owed().past).toEqual([{ epoch, after: 2, last: 5 }]);
  journal.prove(epoch, 8);
  expect(journal.proven()).toBe(0);
  expect(journal.owed().past).toEqual([]);
  expect(journal.prune(Date.UTC(2026, 0, 5, 8, 0, 3), 100)).toBe(2);
  expect(journal.hashes(epoch, 3, 8)).toEqual(hashes?.slice(2));
  expect(journal.prune(Date.UTC(2030, 0, 1), 100)).toBe(3);
  expect(journal.prune(Date.UTC(2030, 0, 1), 100)).toBe(0);
  expect(journal.hashes(epoch, 6, 8)).toEqual(hashes?.slice(5));
  // A restored server is to get all of it again.
  journal.forgetProofs();
  expect(journal.past(10, 1e9)?.entries.map(({ seq }) => seq)).toEqual([6, 7, 8]);
  journal.close();
});

test('the checkpoint of the ledger outlives a damaged journal', () => {
  const setting = journalSetting(place.folder);
  const { journal, state } = opened(setting);
  expect(state.checkpoint()).toBeUndefined();
  state.keepCheckpoint('first');
  state.keepCheckpoint('second');
  for (let n = 0; n < 3; n++) journal.append([locked()]);
  journal.close();
  tamper(setting.file, 'DELETE FROM event WHERE seq = 2');
  const again = opened({ ...setting, expected: true });
  expect(again.recovered).toBe('chain');
  expect(again.state.checkpoint()).toBe('second');
  again.journal.close();
});
