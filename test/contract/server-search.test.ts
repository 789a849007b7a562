import { randomUUID } from 'node:crypto';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { parse } from 'csv-parse/sync';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { chainHash } from '../../common/event.ts';
import { utf8 } from '../../common/bytes.ts';
import { openRaw } from '../support/database.ts';
import {
  type Entry,
  type Lab,
  TestJournal,
  type TestStation,
  openLab,
  sha256,
} from './server-lab.ts';
import { program, serverCommand } from './server-process.ts';

let lab: Lab;
let station: TestStation;
let journal: TestJournal;
let entries: Entry[];
const session = randomUUID();
const at = (n: number) => new Date(Date.UTC(2026, 0, 1, 0, 0, n)).toISOString();

beforeEach(async () => {
  lab = await openLab();
  // Its clock is not a year ahead of the events.
  lab.clock.ms = Date.UTC(2026, 0, 2);
  station = await lab.pairedStation();
  journal = new TestJournal(station.id);
  const { person } = lab.nurse;
  entries = [
    journal.append({ type: 'station.started' }, { at: at(1) }),
    journal.append({ type: 'session.opened', member: person, session }, { at: at(2) }),
    journal.append(
      { type: 'session.locked', member: person, session, detail: { cause: 'idle' } },
      { at: at(3) },
    ),
    journal.append(
      { type: 'auth.refused', outcome: 'failure', detail: { reason: 'pin-wrong' } },
      { at: at(4) },
    ),
    journal.append({ type: 'key.reported', claimed: lab.physician.person }, { at: at(5) }),
  ];
  expect((await station.upload(entries)).status).toBe(200);
});
afterEach(() => lab.close());

const place = () => ['--data', lab.data, ...(lab.database ? ['--database', lab.database] : [])];
const events = (...words: string[]) => serverCommand('admin', 'events', ...place(), ...words);
async function typesOf(...words: string[]): Promise<unknown[]> {
  const { code, stdout, stderr } = await events('--format', 'ndjson', ...words);
  if (code !== 0) throw new Error(stderr);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line).event.type);
}

test('events are found by whom, where, what, when and how it went, newest first', async () => {
  const all = [
    'key.reported',
    'auth.refused',
    'session.locked',
    'session.opened',
    'station.started',
  ];
  expect(await typesOf()).toEqual(all);
  expect(await typesOf('--member', lab.nurse.person)).toEqual(['session.locked', 'session.opened']);
  // Also what somebody says of themselves without proof.
  expect(await typesOf('--member', lab.physician.person)).toEqual(['key.reported']);
  expect(await typesOf('--station', 'Ward 3, room 12')).toEqual(all);
  expect(await typesOf('--station', (await lab.pairedStation()).id)).toEqual([]);
  expect(await typesOf('--type', 'auth.refused')).toEqual(['auth.refused']);
  expect(await typesOf('--outcome', 'failure')).toEqual(['auth.refused']);
  expect(
    await typesOf('--outcome', 'success', '--member', lab.nurse.person, '--from', at(3)),
  ).toEqual(['session.locked']);
  // `from` counts, `to` does not.
  expect(await typesOf('--from', at(2), '--to', at(4))).toEqual([
    'session.locked',
    'session.opened',
  ]);
  expect(await typesOf('--from', '2026-01-02')).toEqual([]);
});

test('pages go on where the last one ended, also when events have come since', async () => {
  const first = await events('--limit', '2', '--format', 'ndjson');
  expect(first.stderr).toMatch(/^There are more: --before \S+\n$/);
  const before = first.stderr.trim().split(' ').at(-1) ?? '';
  const late = journal.append({ type: 'app.blocked' }, { at: at(9) });
  expect((await station.upload([late])).status).toBe(200);
  expect(await typesOf('--limit', '2', '--before', before)).toEqual([
    'session.locked',
    'session.opened',
  ]);
  const rest = await events('--limit', '3', '--before', before, '--format', 'ndjson');
  expect(rest.stdout.split('\n')).toHaveLength(4);
  expect(rest.stderr).toBe('');
});

test('a line of NDJSON holds the event byte for byte, and what its ids are called', async () => {
  const { stdout } = await events('--format', 'ndjson', '--type', 'session.locked');
  const [, verbatim = ''] = /"event":(\{.*\})\}\n$/s.exec(stdout) ?? [];
  const { hash, stationName, memberName, verdict } = JSON.parse(stdout);
  expect(chainHash(sha256, utf8(verbatim))).toBe(hash);
  expect(hash).toBe(entries[2]?.hash);
  expect([stationName, memberName, verdict]).toEqual([
    'Ward 3, room 12',
    expect.stringContaining(' '),
    'verified',
  ]);
});

test('text for people has names, and marks what is only claimed', async () => {
  const { stdout } = await events();
  const lines = stdout.split('\n');
  expect(lines[0]).toMatch(/^at +station +type +outcome +member +cause +verdict$/);
  expect(lines[1]).toMatch(
    /Ward 3, room 12 +key\.reported +success +\S.* \(claimed\) +- +verified$/,
  );
  expect(lines[2]).toMatch(/auth\.refused +failure +- +pin-wrong +verified$/);
  expect(stdout).not.toContain(lab.nurse.person);
});

test('CSV is RFC 4180, and no cell of it is a formula', async () => {
  const db = openRaw(lab);
  await db
    .updateTable('stations')
    .set({ name: '=HYPERLINK("http://x","y")' })
    .where('id', '=', station.id)
    .execute();
  await db
    .updateTable('members')
    .set({ title: null, given_name: '@Ana, "A"', family_name: 'Díaz\n-1' })
    .where('id', '=', lab.nurse.person)
    .execute();
  await db.destroy();
  const { stdout } = await events('--format', 'csv', '--member', lab.nurse.person);
  expect(
    stdout.startsWith('id,at,received_at,station,station_name,type,outcome,member,member_name,'),
  ).toBe(true);
  expect(stdout.endsWith('\r\n')).toBe(true);
  const rows: Record<string, string>[] = parse(stdout, { columns: true });
  expect(rows).toHaveLength(2);
  expect(rows[0]).toMatchObject({
    at: at(3),
    station: station.id,
    station_name: `'=HYPERLINK("http://x","y")`,
    member: lab.nurse.person,
    member_name: `'@Ana, "A" Díaz\n-1`,
    cause: 'idle',
    session,
    hash: entries[2]?.hash,
  });
});

test('what is asked wrongly is said in one sentence', async () => {
  for (const [words, said] of [
    [['--member', 'nobody'], 'The member is "nobody"'],
    [['--station', 'nowhere'], 'The station is "nowhere"'],
    [['--type', 'session'], '--type is "session"; allowed is one of station.started, '],
    [['--outcome', 'bad'], '--outcome is "bad"; allowed is one of success, failure.'],
    [['--from', '2026-13-01'], '--from is "2026-13-01", which is no day of the calendar'],
    [['--to', 'today'], '--to is "today"; allowed is a day'],
    [['--before', 'x'], '--before is "x"; allowed is what an earlier page ended with.'],
  ] as const) {
    const { code, stdout, stderr } = await events(...words);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(said);
    expect(stderr.trim().split('\n')).toHaveLength(1);
  }
});

test('a long export goes out as its reader takes it, and ends with its reader', async () => {
  const batch = Array.from({ length: 900 }, () => journal.append({ type: 'app.blocked' }));
  for (let sent = 0; sent < 9000; sent += 900) {
    const more = sent === 0 ? batch : batch.map(() => journal.append({ type: 'app.blocked' }));
    expect((await station.upload(more)).status).toBe(200);
  }
  const whole = await events('--format', 'csv', '--limit', '1000000');
  expect(parse(whole.stdout, { columns: true })).toHaveLength(9005);

  const child: ChildProcess = spawn(
    process.execPath,
    [program, 'admin', 'events', ...place(), '--limit', '1000000', '--format', 'ndjson'],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let said = '';
  child.stderr?.on('data', (chunk) => (said += String(chunk)));
  child.stdout?.once('data', () => child.stdout?.destroy());
  const [code] = await once(child, 'exit');
  expect([code, said]).toEqual([0, '']);
});
