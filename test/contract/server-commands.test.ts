import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pairingCode } from '../../common/wire.ts';
import { emptyDatabaseForProcesses, onPostgres, openRaw } from '../support/database.ts';
import { TestStation, makePractice, sendOverHttp } from './server-lab.ts';
import { program, serverCommand, startServer } from './server-process.ts';

let folder: string;
let data: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wardlock-commands-'));
  data = path.join(folder, 'data');
  await emptyDatabaseForProcesses();
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
    const made = await serverCommand(
      'pairing-code',
      '--data',
      data,
      '--group',
      group,
      '--approved',
    );
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
    for (const secret of [
      'signing-key.pem',
      'nonce-key',
      'console-token',
      ...(onPostgres() ? [] : ['wardlock.db']),
    ]) {
      expect((await stat(path.join(data, secret))).mode & 0o077, secret).toBe(0);
    }
  },
);

test('init makes a server that a station can pair with, once', { timeout: 300_000 }, async () => {
  const line = [
    '--data',
    data,
    '--practice',
    'Lakeside “West”',
    '--rp-id',
    'keys.lakeside.example',
  ];
  const made = await serverCommand('init', ...line, '--group', "St. Mary's");
  expect(made).toMatchObject({ code: 0, stderr: '' });
  expect(made.stdout).toContain('RP ID keys.lakeside.example');
  const files = ['console-token', 'nonce-key', 'signing-key.pem', 'wardlock-server.json'];
  expect(await readdir(data)).toEqual(expect.arrayContaining(files));
  for (const file of files) expect((await stat(path.join(data, file))).mode & 0o077, file).toBe(0);

  // The printed line, as a shell takes it, in the folder itself: the settings there say the rest.
  const group = /--group (.+)$/m.exec(made.stdout)?.[1] ?? '';
  const shell = [
    '-c',
    `"$0" "$1" pairing-code --approved --group ${group}`,
    process.execPath,
    program,
  ];
  const printed = await promisify(execFile)('sh', shell, { cwd: data });
  const server = await startServer(data);
  const station = new TestStation(sendOverHttp(server.origin));
  expect((await station.pair(printed.stdout.trim())).status).toBe(200);
  expect((await station.request('GET', '/v1/directory?have=0')).status).toBe(200);
  expect(await server.end('SIGTERM')).toBe(0);

  const again = await serverCommand('init', ...line);
  expect(again.code).toBe(2);
  expect(again.stderr).toBe(
    `--data is "${data}", which is not empty; allowed is an empty or a new folder.\n`,
  );
  if (!onPostgres()) expect((await stat(path.join(data, 'wardlock.db'))).isFile()).toBe(true);
});

test.each([['serve'], ['pairing-code', '--group', 'ICU']])(
  '%s in the wrong folder is refused, and makes nothing there',
  async (...command) => {
    const refused = await serverCommand(...command, '--data', data);
    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('which holds no server; make one with wardlock-server init.');
    await expect(stat(data)).rejects.toThrow('ENOENT');
  },
);

test('a database of a newer version ends a command with a sentence', async () => {
  await serverCommand('init', '--data', data, '--practice', 'x', '--rp-id', 'x');
  const db = openRaw({ data, database: process.env['WARDLOCK_DATABASE'] });
  await sql`insert into kysely_migration values ('9999-later', '2030')`.execute(db);
  await db.destroy();
  expect(await serverCommand('serve', '--data', data, '--port', '0')).toEqual({
    code: 2,
    stdout: '',
    stderr:
      'The database was made by a newer Wardlock (schema "9999-later"): start that version or a newer one. Nothing was changed.\n',
  });
});

test('help goes to stdout', async () => {
  const help = await serverCommand('--help');
  expect(help).toMatchObject({ code: 0, stderr: '' });
  expect(help.stdout).toMatch(/pairing-code +Makes a code/);
});

test('a wrong file, group or port is a sentence, not a stack', { timeout: 300_000 }, async () => {
  const wrong = await practiceFileOf({ ...makePractice().practice, practice: '' });
  const refused = await serverCommand('seed', '--data', data, '--file', wrong);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/^\S+ is not a practice:\npractice: Too small: /);
  const nowhere = path.join(folder, 'nowhere.json');
  const noFile = await serverCommand('seed', '--data', data, '--file', nowhere);
  expect(noFile.code).toBe(2);
  expect(noFile.stderr).toContain(`--file is "${nowhere}", which cannot be read as JSON`);
  await serverCommand('init', '--data', data, '--practice', 'x', '--rp-id', 'x', '--group', 'ER');
  const noGroup = await serverCommand('pairing-code', '--data', data, '--group', 'ICU');
  expect(noGroup).toEqual({
    code: 2,
    stdout: '',
    stderr: '--group is "ICU"; allowed is the name of a station group: ER.\n',
  });
  const bad = await serverCommand('serve', '--data', data, '--port', '70000');
  expect(bad.stderr).toBe('--port is 70000; allowed is a whole number from 0 to 65535.\n');
  expect(bad.code).toBe(2);
});
