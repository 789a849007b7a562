import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pairingCode } from '../../common/wire.ts';
import { TestStation, makePractice, sendOverHttp } from './server-lab.ts';
import { serverCommand, startServer } from './server-process.ts';

let folder: string;
let data: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wardlock-commands-'));
  data = path.join(folder, 'data');
});
afterEach(async () => {
  await rm(folder, { recursive: true });
});

const practiceFileOf = async (practice: object, name = 'practice.json') => {
  const file = path.join(folder, name);
  await writeFile(file, JSON.stringify(practice));
  return file;
};

test(
  'seed, pairing-code and serve: a station pairs with the printed code',
  { timeout: 300_000 },
  async () => {
    const { practice } = makePractice();
    const file = await practiceFileOf(practice);
    const name = 'Lakeside Community Hospital (demo)';
    const seedIt = (from: string) => serverCommand('seed', '--data', data, '--file', from);
    expect(await seedIt(file)).toEqual({ code: 0, stdout: `${name}: seeded\n`, stderr: '' });
    expect(await seedIt(file)).toEqual({ code: 0, stdout: `${name}: unchanged\n`, stderr: '' });
    const other = await seedIt(await practiceFileOf(makePractice().practice, 'other.json'));
    expect(other.code).toBe(2);
    expect(other.stderr).toContain(`already holds the practice "${name}" with other content`);

    const group = practice.groups[0]?.name ?? '';
    // The code is made while the server runs, as an administrator would.
    const server = await startServer(data);
    const made = await serverCommand('pairing-code', '--data', data, '--group', group);
    expect(made.code).toBe(0);
    const code = pairingCode.parse(made.stdout.trim());
    const station = new TestStation(sendOverHttp(server.origin));
    expect((await station.pair(code)).status).toBe(200);
    expect((await station.request('GET', '/v1/directory?have=0')).status).toBe(200);

    const taken = await serverCommand(
      'serve',
      '--data',
      data,
      '--port',
      new URL(server.origin).port,
    );
    expect(taken.code).toBe(2);
    expect(taken.stderr).toContain('which is in use; allowed is a free port, or 0 for any.');

    expect(await server.end('SIGTERM')).toBe(0);
    expect(server.log()).toContain('station paired');
    expect(server.log()).not.toContain(server.token);
    expect(server.log()).not.toContain(code.slice(0, 16));
    for (const secret of ['signing-key.pem', 'nonce-key', 'console-token', 'wardlock.db']) {
      expect((await stat(path.join(data, secret))).mode & 0o077, secret).toBe(0);
    }
  },
);

test('a wrong file, group or port is a sentence, not a stack', { timeout: 300_000 }, async () => {
  const wrong = await practiceFileOf({ ...makePractice().practice, practice: '' });
  const refused = await serverCommand('seed', '--data', data, '--file', wrong);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/^\S+ is not a practice:\npractice: Too small: /);
  const nowhere = path.join(folder, 'nowhere.json');
  const noFile = await serverCommand('seed', '--data', data, '--file', nowhere);
  expect(noFile.code).toBe(2);
  expect(noFile.stderr).toContain(`--file is "${nowhere}", which cannot be read as JSON`);
  const noGroup = await serverCommand('pairing-code', '--data', data, '--group', 'ICU');
  expect(noGroup).toEqual({
    code: 2,
    stdout: '',
    stderr: '--group is "ICU"; allowed is the name of a station group: none before seed.\n',
  });
  const bad = await serverCommand('serve', '--data', data, '--port', '70000');
  expect(bad.stderr).toBe('--port is "70000"; allowed is a whole number from 0 to 65535.\n');
  expect(bad.code).toBe(2);
});
