import { expect, test } from 'vitest';
import { err, ok } from '../../common/result.ts';
import { text } from '../config/field.ts';
import { readCommand } from './arguments.ts';
import { program } from './program.ts';
import { programs } from './registry.ts';

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
const all = [...programs, ...family, restore];

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

test('option before environment before file before default', () => {
  const serve = (port: number) => ({ command: 'serve', data: '/d', port });
  expect(read('serve --data /d')).toEqual(serve(8787));
  expect(read('serve --data /d', {}, inFile({ port: 1 }))).toEqual(serve(1));
  expect(read('serve --data /d', { WARDLOCK_PORT: '2' }, inFile({ port: 1 }))).toEqual(serve(2));
  expect(read('serve --data /d --port 3', { WARDLOCK_PORT: '2' }, inFile({ port: 1 }))).toEqual(
    serve(3),
  );
  expect(read('pairing-code --data /d --group ICU')).toEqual({
    command: 'pairing-code',
    data: '/d',
    group: 'ICU',
    count: 1,
    hours: 24,
  });
});

test('the file is where the data is, here, or where it is said to be', () => {
  const here = inFile({ port: 5 }, '/here/wardlock-server.json');
  expect(read('serve', {}, here)).toEqual({ command: 'serve', data: '/here', port: 5 });
  expect(read('serve --data e', {}, inFile({ port: 6 }, '/here/e/wardlock-server.json'))).toEqual({
    command: 'serve',
    data: '/here/e',
    port: 6,
  });
  // A path in a file counts from there.
  const etc = inFile({ data: '../var', port: 7 }, '/etc/w.json');
  const expected = { command: 'serve', data: '/var', port: 7 };
  expect(read('serve', { WARDLOCK_CONFIG: '/etc/w.json' }, etc)).toEqual(expected);
  expect(read('serve --config ../etc/w.json', { WARDLOCK_CONFIG: '/x' }, etc)).toEqual(expected);
});

test('the longest name is the command, and a bare word its positional option', () => {
  expect(read('restore f --data /d')).toEqual({ command: 'restore', data: '/d', file: 'f' });
  expect(read('admin station list --name a')).toEqual({ command: 'admin station list', name: 'a' });
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
    '/d/wardlock-server.json does not take "prot"; allowed are data, port.',
  ],
  [
    'serve --data /d',
    {},
    { '/d/wardlock-server.json': '{"__proto__":1}' },
    '/d/wardlock-server.json does not take "__proto__"; allowed are data, port.',
  ],
  ['serve', twice, { '/c': '[]' }, '/c is not one JSON object.'],
  ['serve', twice, { '/c': '{"a":' }, '/c is not one JSON object.'],
  ['serve', twice, { '/c': 'unreadable' }, '/c cannot be read: EACCES.'],
  ['serve', twice, {}, 'WARDLOCK_CONFIG is "/c", which is not there; allowed is a JSON file.'],
  [
    'serve --data d --host x',
    {},
    {},
    'serve does not take "--host"; allowed are --data, --port, --config.',
  ],
  ['serve d', {}, {}, 'serve does not take "d"; allowed are --data, --port, --config.'],
  ['restore a b', {}, {}, 'restore does not take "b"; allowed are --data, --config, --file.'],
  ['seed --data d', {}, {}, '--file is missing; allowed is a practice.json file.'],
  [
    'pairing-code --data d --group g --count 0',
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
