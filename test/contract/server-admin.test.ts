import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { directorySnapshot } from '../../common/directory.ts';
import { openStore } from '../../server/store/store.ts';
import { emptyDatabaseForProcesses } from '../support/database.ts';
import {
  TestJournal,
  TestStation,
  makePersonKey,
  makePractice,
  sendOverHttp,
} from './server-lab.ts';
import { serverCommand, startServer } from './server-process.ts';

const TIMEOUT = 300_000;

let folder: string;
let data: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wardlock-admin-'));
  data = path.join(folder, 'data');
  await emptyDatabaseForProcesses();
  const file = path.join(folder, 'practice.json');
  await writeFile(file, JSON.stringify(makePractice().practice));
  expect((await serverCommand('seed', '--data', data, '--file', file)).code).toBe(0);
}, TIMEOUT);
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const admin = (...words: string[]) => serverCommand('admin', ...words, '--data', data);
const asJson = async (...words: string[]) => {
  const { code, stdout, stderr } = await admin(...words, '--json');
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
};

async function serverWithStation() {
  const server = await startServer(data);
  const group = ['--group', 'ICU North', '--approved'];
  const made = await serverCommand('pairing-code', '--data', data, ...group);
  const station = new TestStation(sendOverHttp(server.origin));
  await station.pair(made.stdout.trim(), 'Room 12');
  return { server, station };
}

test('a station is listed and locked while the server runs', { timeout: TIMEOUT }, async () => {
  const { server, station } = await serverWithStation();
  expect(await asJson('station', 'list')).toEqual({
    stations: [expect.objectContaining({ id: station.id, name: 'Room 12', group: 'ICU North' })],
  });
  expect((await admin('station', 'list')).stdout).toMatch(/^id +name +group/);

  expect(await asJson('station', 'lock', 'Room 12', '--as', 'Ann')).toEqual({
    station: station.id,
    number: 1,
    kind: 'lock',
  });
  expect((await admin('station', 'sign-out', station.id)).stdout).toContain('command 2 (sign-out)');
  const sheet = await station.request('GET', `/v1/commands?ask=${'A'.repeat(22)}&after=0`);
  const [, payload = ''] = sheet.body.split('.');
  expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
    station: station.id,
    commands: [
      { number: 1, kind: 'lock' },
      { number: 2, kind: 'sign-out' },
    ],
  });

  const unknown = await admin('station', 'lock', 'Room 13');
  expect([unknown.code, unknown.stderr]).toEqual([
    2,
    'The station is "Room 13"; allowed is the id or name of one of 1: see admin station list.\n',
  ]);
  await server.end('SIGTERM');

  const store = await openStore({ data, database: process.env['WARDLOCK_DATABASE'] });
  expect(
    (await store.read.adminActions(10)).map(({ who, action, target }) => [who, action, target]),
  ).toEqual([
    [expect.not.stringMatching(/^(Ann)?$/), 'station.sign-out', station.id],
    ['Ann', 'station.lock', station.id],
  ]);
  await store.close();
});

const csv = async (text: string) => {
  const file = path.join(folder, 'members.csv');
  await writeFile(file, text);
  return file;
};
const HEADER = 'external_id,given_name,family_name,role,groups,active';

/** What a station of the group is told, unverified. */
const snapshotFor = async (station: TestStation) => {
  const answer = await station.request('GET', '/v1/directory?have=0');
  const [, payload = ''] = answer.body.split('.');
  return directorySnapshot.parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
};

test(
  'members: added, changed, disabled; a snapshot has the active ones of its group',
  { timeout: TIMEOUT },
  async () => {
    const { server, station } = await serverWithStation();
    const before = await snapshotFor(station);
    const names = ['--given-name', 'Zoe', '--family-name', 'Zander', '--role', 'Nurse'];

    expect((await asJson('group', 'add', 'ER')).group).toBe('ER');
    const { id } = await asJson(
      'member',
      'add',
      ...names,
      '--external-id',
      'staff.9',
      '--groups',
      'ER',
    );
    const elsewhere = await snapshotFor(station);
    expect(elsewhere.members.map((one) => one.id)).not.toContain(id);
    expect(elsewhere.version).toBe(before.version);
    await asJson(
      'member',
      'change',
      'staff.9',
      '--groups',
      '*',
      '--console-roles',
      'auditor;administrator',
    );
    const here = await snapshotFor(station);
    expect(here.version).toBe(before.version + 1);
    expect(here.members.find((one) => one.id === id)).toMatchObject({
      familyName: 'Zander',
      administrator: true,
    });
    // Nothing else of the console, and nothing of the staff system, goes to a station.
    expect(JSON.stringify(here)).not.toMatch(/staff\.9|auditor/);
    expect((await asJson('member', 'disable', 'staff.9')).changed).toBe(true);
    expect((await asJson('member', 'disable', 'staff.9')).changed).toBe(false);
    const gone = await snapshotFor(station);
    expect(JSON.stringify(gone)).not.toMatch(/Zander/);
    expect(gone.version).toBe(here.version + 1);

    for (const [words, says] of [
      [
        ['member', 'add', ...names, '--external-id', 'staff.9'],
        '--external-id is "staff.9", which another member has',
      ],
      [['member', 'add', ...names, '--groups', 'Moon'], '--groups has "Moon"'],
      [['member', 'change', 'staff.9', '--console-roles', 'king'], '--console-roles is not taken'],
      [['member', 'disable', 'staff.10'], 'The member is "staff.10"'],
    ] as const) {
      const refused = await admin(...words);
      expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(says)]);
    }
    await server.end('SIGTERM');
  },
);

test('credentials: reported, restored, revoked for good', { timeout: TIMEOUT }, async () => {
  const [first] = (await asJson('credential', 'list')).credentials;
  const state = async () =>
    (await asJson('credential', 'list')).credentials.find(
      ({ id }: { id: string }) => id === first.id,
    ).state;
  await asJson('credential', 'report', first.id, '--as', 'Ann');
  expect(await state()).toBe('reported');
  await asJson('credential', 'restore', first.id);
  expect(await state()).toBe('active');
  await asJson('credential', 'revoke', first.id);
  expect((await admin('credential', 'restore', first.id)).stderr).toContain(
    'is revoked, and stays so',
  );
  expect((await admin('credential', 'report', first.id)).code).toBe(2);
  expect(await state()).toBe('revoked');
  const { actions } = await asJson('log');
  expect(actions.map(({ action }: { action: string }) => action)).toEqual([
    'credential.revoke',
    'credential.restore',
    'credential.report',
  ]);
  expect(actions[2]).toMatchObject({ who: 'Ann', target: first.id });
});

test(
  'a policy that is not one changes nothing, and its field is named',
  { timeout: TIMEOUT },
  async () => {
    const file = path.join(folder, 'policy.json');
    await writeFile(file, JSON.stringify({ idleLockSeconds: 100_000 }));
    const refused = await admin('group', 'policy', 'ICU North', '--file', file);
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining('policy.idleLockSeconds'),
    ]);
    const version = async () => (await asJson('group', 'list')).groups[0].version;
    expect(await version()).toBe(1);
    await writeFile(file, JSON.stringify({ idleLockSeconds: 60 }));
    await asJson('group', 'policy', 'ICU North', '--file', file);
    expect(await version()).toBe(2);
    await writeFile(
      file,
      JSON.stringify([
        {
          id: 'x',
          name: 'X',
          icon: 'pill',
          url: 'https://localhost/',
          allowedHosts: ['localhost'],
        },
      ]),
    );
    expect((await admin('group', 'apps', 'ICU North', '--file', file)).stderr).toContain(
      'at the RP ID',
    );
  },
);

test(
  'an import tells each line’s fate, and takes all or nothing',
  { timeout: TIMEOUT },
  async () => {
    const lines = [
      HEADER,
      'E1,Ana,Ruiz,Nurse,*,yes',
      'E2,Bo,,Nurse,*,yes',
      'E1,Cy,Cole,Nurse,*,yes',
      'E3,Di,Dahl,Nurse,Moon,yes',
    ];
    const file = await csv(lines.join('\r\n'));
    const dry = await asJson('member', 'import', file, '--dry-run');
    expect(dry).toMatchObject({ dryRun: true, added: 1, refused: 3 });
    expect(
      dry.lines.map(({ line, fate, column }: { line: number; fate: string; column?: string }) => [
        line,
        fate,
        column,
      ]),
    ).toEqual([
      [2, 'added', undefined],
      [3, 'refused', 'family_name'],
      [4, 'refused', 'external_id'],
      [5, 'refused', 'groups'],
    ]);
    const count = async () => (await asJson('member', 'list', '--inactive')).members.length;
    const before = await count();
    const refused = await admin('member', 'import', file);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('line 4: external_id stands in line 2 too');
    expect(await count()).toBe(before);
    expect(await asJson('member', 'import', file, '--partial')).toMatchObject({
      added: 1,
      refused: 3,
    });
    expect(await count()).toBe(before + 1);
    expect(await asJson('member', 'import', file, '--partial')).toMatchObject({
      added: 0,
      unchanged: 1,
    });
  },
);

test('fifty thousand lines are imported at once', { timeout: TIMEOUT }, async () => {
  const many = Array.from(
    { length: 50_000 },
    (_, n) => `E${n},Given${n},"Family, ${n}",Nurse,*,yes`,
  );
  const file = await csv([HEADER, ...many].join('\n'));
  expect(await asJson('member', 'import', file)).toMatchObject({ added: 50_000, refused: 0 });
  many[7] = 'E7,Other,"Family, 7",Nurse,*,no';
  const again = await csv([HEADER, ...many].join('\n'));
  expect(await asJson('member', 'import', again)).toMatchObject({ changed: 1, unchanged: 49_999 });
});

test('a fork is an alert until somebody acknowledges it', { timeout: TIMEOUT }, async () => {
  const { server, station } = await serverWithStation();
  const journal = new TestJournal(station.id);
  await station.upload([journal.append({ type: 'station.started' })]);
  const fork = new TestJournal(station.id, journal.epoch);
  for (let n = 0; n < 2; n++) await station.upload([fork.craft({ type: 'station.stopped' })]);
  await server.end('SIGTERM');
  const { alerts } = await asJson('alert', 'list');
  expect(alerts).toMatchObject([
    { kind: 'disputed', reason: 'chain-fork', station: 'Room 12', acknowledgedBy: null },
  ]);
  expect(await asJson('alert', 'acknowledge', alerts[0].id, '--as', 'Ann')).toEqual({
    acknowledged: 1,
  });
  expect((await asJson('alert', 'list')).alerts).toEqual([]);
  expect((await asJson('alert', 'list', '--acknowledged')).alerts[0].acknowledgedBy).toBe('Ann');
  expect((await admin('alert', 'acknowledge', alerts[0].id)).code).toBe(2);
});

test('a credential is added to a member, once', { timeout: TIMEOUT }, async () => {
  const { members } = await asJson('member', 'list');
  const key = makePersonKey(members[0].id);
  const words = ['credential', 'add', '--member', key.person, '--id', key.id];
  const handle = ['--user-handle', key.userHandle];
  expect(await asJson(...words, ...handle, '--public-key', key.publicKey)).toEqual({
    id: key.id,
    member: key.person,
  });
  const again = await admin(...words, ...handle, '--public-key', key.publicKey);
  expect(again.stderr).toContain('has already');
  const bad = await admin(...words, ...handle, '--public-key', 'a+b');
  expect(bad.stderr).toContain('publicKey is not taken');
});
