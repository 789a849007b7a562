import { expect, test } from 'vitest';
import { err, ok } from '../../common/result.ts';
import { text, whole } from '../config/field.ts';
import { settings } from '../config/settings.ts';
import { readCommand } from './arguments.ts';
import { program } from './program.ts';

const run = async () => ok(undefined);
const family = ['admin station list', 'admin station'].map((name) =>
  program({ name, about: 'x', settings: [], options: { name: text('a name', 9) }, run }),
);
const restore = program({
  name: 'restore',
  about: 'x',
  settings: ['data'],
  options: { file: text('a file', 9) },
  positional: 'file',
  run,
});
const serve = program({
  name: 'serve',
  about: 'x',
  settings: ['data', 'port', 'trustProxy', 'allowInsecure'],
  options: {},
  run,
});
const make = program({
  name: 'make',
  about: 'x',
  settings: ['data'],
  options: { group: text('a group', 9), count: { ...whole(1, 10_000), otherwise: 1 } },
  run,
});
const all = [serve, make, ...family, restore];

function read(
  line: string,
  env: Record<string, string> = {},
  files: Readonly<Record<string, string>> = {},
) {
  const readFile = (file: string) =>
    files[file] === 'unreadable' ? err('EACCES') : ok(files[file]);
  const argv = line === '' ? [] : line.split(' ');
  const command = readCommand(argv, all, { env, cwd: '/here', readFile });
  if (!command.ok || command.value.kind === 'help') return command;
  return { command: command.value.program.name, ...command.value.values };
}

const inFile = (values: object, file = '/d/wardlock-server.json') => ({
  [file]: JSON.stringify(values),
});

const served = (data: string, port: number) => ({
  command: 'serve',
  data,
  port,
  trustProxy: [],
  allowInsecure: false,
});

test('option before environment before file before default', () => {
  const file = inFile({ port: 1 });
  const env = { WARDLOCK_PORT: '2' };
  expect(read('serve --data /d')).toEqual(served('/d', 8787));
  expect(read('serve --data /d', {}, file)).toEqual(served('/d', 1));
  expect(read('serve --data /d', env, file)).toEqual(served('/d', 2));
  expect(read('serve --data /d --port 3', env, file)).toEqual(served('/d', 3));
  expect(read('make --data /d --group ER')).toEqual({
    command: 'make',
    data: '/d',
    group: 'ER',
    count: 1,
  });
});

test('the file is where the data is, here, or where it is said to be', () => {
  const here = inFile({ port: 5 }, '/here/wardlock-server.json');
  expect(read('serve', {}, here)).toEqual(served('/here', 5));
  const below = inFile({ port: 6 }, '/here/e/wardlock-server.json');
  expect(read('serve --data e', {}, below)).toEqual(served('/here/e', 6));
  // A path in a file counts from there.
  const etc = inFile({ data: '../var', port: 7 }, '/etc/w.json');
  expect(read('serve', { WARDLOCK_CONFIG: '/etc/w.json' }, etc)).toEqual(served('/var', 7));
  const option = read('serve --config ../etc/w.json', { WARDLOCK_CONFIG: '/x' }, etc);
  expect(option).toEqual(served('/var', 7));
});

test('flags and lists, as text and as JSON', () => {
  const values = { trustProxy: ['10.0.0.1', 'fd00::/8'], allowInsecure: true };
  const expected = { ...served('/d', 8787), ...values };
  expect(read('serve --data /d', {}, inFile(values))).toEqual(expected);
  const env = { WARDLOCK_TRUST_PROXY: '10.0.0.1, fd00::/8', WARDLOCK_ALLOW_INSECURE: 'true' };
  expect(read('serve --data /d', env)).toEqual(expected);
  const line = 'serve --data /d --trust-proxy 10.0.0.1,fd00::/8 --allow-insecure';
  expect(read(line)).toEqual(expected);
  expect(read(`${line}=false`)).toEqual({ ...expected, allowInsecure: false });
});

test('the longest name is the command, and a bare word its positional option', () => {
  expect(read('restore f --data /d')).toEqual({ command: 'restore', data: '/d', file: 'f' });
  expect(read('admin station list --name a')).toEqual({ command: 'admin station list', name: 'a' });
});

// https://www.rfc-editor.org/rfc/rfc4648#section-5: one in 64 ids begins with a dash.
test('a word with one dash before it is a word', () => {
  const file = '-xA_b-c';
  const wanted = { command: 'restore', data: '/d', file };
  expect(read(`restore ${file} --data /d`)).toEqual(wanted);
  expect(read(`restore --data /d --file ${file}`)).toEqual(wanted);
  expect(read(`restore ${file} -y --data /d`)).toMatchObject({
    ok: false,
    error: expect.stringContaining('does not take "-y"'),
  });
});

const commands = all.map(({ name }) => name).join(', ');
const twice = { WARDLOCK_CONFIG: '/c' };
test.each([
  ['', {}, {}, `The command is missing; allowed is one of ${commands}.`],
  ['--data d', {}, {}, `The command is missing; allowed is one of ${commands}.`],
  ['go on --now', {}, {}, `The command is "go on"; allowed is one of ${commands}.`],
  [
    'admin list',
    {},
    {},
    'The command is "admin list"; allowed is one of admin station list, admin station.',
  ],
  ['serve', {}, {}, '--data is missing; allowed is a folder.'],
  ['serve --data', {}, {}, '--data is missing; allowed is a folder.'],
  ['serve --data=', {}, {}, '--data is ""; allowed is a folder.'],
  [
    'serve --data d --port 8x',
    {},
    {},
    '--port is "8x"; allowed is a whole number from 0 to 65535.',
  ],
  ['serve --data d --port=', {}, {}, '--port is ""; allowed is a whole number from 0 to 65535.'],
  [
    'serve --data d --port 1.5',
    {},
    {},
    '--port is "1.5"; allowed is a whole number from 0 to 65535.',
  ],
  [
    'serve --data d',
    { WARDLOCK_PORT: '-1' },
    {},
    'WARDLOCK_PORT is -1; allowed is a whole number from 0 to 65535.',
  ],
  [
    'serve --data /d',
    {},
    inFile({ port: '8787' }),
    'port in /d/wardlock-server.json is "8787"; allowed is a whole number from 0 to 65535.',
  ],
  [
    'serve --data /d --port 1',
    {},
    inFile({ port: null }),
    'port in /d/wardlock-server.json is null; allowed is a whole number from 0 to 65535.',
  ],
  [
    'serve --data /d',
    {},
    inFile({ prot: 1 }),
    `/d/wardlock-server.json does not take "prot"; allowed are ${Object.keys(settings).join(', ')}.`,
  ],
  [
    'serve --data /d',
    {},
    { '/d/wardlock-server.json': '{"__proto__":1}' },
    `/d/wardlock-server.json does not take "__proto__"; allowed are ${Object.keys(settings).join(', ')}.`,
  ],
  ['serve', twice, { '/c': '[]' }, '/c is not one JSON object.'],
  ['serve', twice, { '/c': '{"a":' }, '/c is not one JSON object.'],
  ['serve', twice, { '/c': 'unreadable' }, '/c cannot be read: EACCES.'],
  ['serve', twice, {}, 'WARDLOCK_CONFIG is "/c", which is not there; allowed is a JSON file.'],
  [
    'serve --data d --host x',
    {},
    {},
    'serve does not take "--host"; allowed are --data, --port, --trust-proxy, --allow-insecure, --config.',
  ],
  ['make d', {}, {}, 'make does not take "d"; allowed are --data, --config, --group, --count.'],
  ...['10.0.0.1/33', '10.0.0', 'localhost', '10.0.0.1/8/8', '::/129', '10.0.0.1/', ''].map(
    (given): [string, Record<string, string>, Record<string, string>, string] => [
      'serve --data d',
      { WARDLOCK_TRUST_PROXY: `10.0.0.1,${given}` },
      {},
      `WARDLOCK_TRUST_PROXY is ["10.0.0.1","${given}"]; allowed is ${settings.trustProxy.allowed}.`,
    ],
  ),
  [
    'serve --data d --allow-insecure=yes',
    {},
    {},
    '--allow-insecure is "yes"; allowed is true or false.',
  ],
  ['restore a b', {}, {}, 'restore does not take "b"; allowed are --data, --config, --file.'],
  ['make --data d', {}, {}, '--group is missing; allowed is a group.'],
  [
    'make --data d --group g --count 0',
    {},
    {},
    '--count is 0; allowed is a whole number from 1 to 10000.',
  ],
])('"%s" %o %o is refused with a sentence', (line, env, files, sentence) => {
  expect(read(line, env, files)).toEqual({ ok: false, error: sentence });
});

test.each(['--help', 'help', 'serve --help', 'serve --data x -h'])('%s explains', (line) => {
  const help = read(line);
  if (!('value' in help)) throw new Error('no help');
  expect(help.value).toMatchObject({ kind: 'help', text: expect.stringContaining('serve') });
});
