import { expect, test } from 'vitest';
import { readCommand } from './arguments.ts';

const read = (line: string, env = {}) => readCommand(line === '' ? [] : line.split(' '), env);

test('options, environment and defaults', () => {
  expect(read('serve --data d --port 0')).toEqual({
    ok: true,
    value: { name: 'serve', data: 'd', port: 0 },
  });
  expect(read('serve', { WARDLOCK_DATA: 'e', WARDLOCK_PORT: '81' })).toEqual({
    ok: true,
    value: { name: 'serve', data: 'e', port: 81 },
  });
  expect(read('pairing-code --data d --group ICU')).toEqual({
    ok: true,
    value: { name: 'pairing-code', data: 'd', group: 'ICU', count: 1, hours: 24 },
  });
});

test.each([
  ['', {}, 'The command is missing; allowed is one of serve, seed, pairing-code.'],
  ['go', {}, 'The command is "go"; allowed is one of serve, seed, pairing-code.'],
  ['serve', {}, '--data is missing; allowed is a folder.'],
  ['serve --data', {}, '--data is missing; allowed is a folder.'],
  ['serve --data=', {}, '--data is ""; allowed is a folder.'],
  ['serve --data d --port 8x', {}, '--port is "8x"; allowed is a whole number from 0 to 65535.'],
  ['serve --data d --port 1.5', {}, '--port is "1.5"; allowed is a whole number from 0 to 65535.'],
  [
    'serve --data d',
    { WARDLOCK_PORT: '-1' },
    'WARDLOCK_PORT is "-1"; allowed is a whole number from 0 to 65535.',
  ],
  ['serve --data d --host x', {}, 'serve does not take "--host"; allowed are --data, --port.'],
  ['serve d', {}, 'serve does not take "d"; allowed are --data, --port.'],
  ['seed --data d', {}, '--file is missing; allowed is a practice.json file.'],
  [
    'pairing-code --data d --group g --count 0',
    {},
    '--count is "0"; allowed is a whole number from 1 to 10000.',
  ],
])('"%s" is refused with a sentence', (line, env, sentence) => {
  expect(read(line, env)).toEqual({ ok: false, error: sentence });
});
