import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openStore } from '../../server/store/store.ts';
import { emptyDatabaseForProcesses } from '../support/database.ts';
import { TestStation, makePractice, sendOverHttp } from './server-lab.ts';
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

test('a station is listed and locked while the server runs', { timeout: TIMEOUT }, async () => {
  const server = await startServer(data);
  const made = await serverCommand('pairing-code', '--data', data, '--group', 'ICU North');
  const station = new TestStation(sendOverHttp(server.origin));
  await station.pair(made.stdout.trim(), 'Room 12');
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
