import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryFolder } from '../../test/support/journal.ts';
import { type LogOptions, openLog } from './log.ts';

let place: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  place = temporaryFolder();
});
afterEach(() => place.remove());

const logIn = (more: Partial<LogOptions> = {}) =>
  openLog({ folder: place.folder, level: 'info', console: false, ...more });
const text = (file = 'agent.log') => readFileSync(path.join(place.folder, file), 'utf8');
const lines = (file?: string): unknown[] =>
  text(file)
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

test('a line is one JSON object with time, level, code and fields', () => {
  const log = logIn();
  log.info('agent:started', { version: '1.2.3', at: 'x', count: 3 });
  log.debug('not:written');
  log.error('journal:broken', { cause: new Error('outer', { cause: new RangeError('inner') }) });
  expect(lines()).toMatchObject([
    {
      level: 'info',
      code: 'agent:started',
      version: '1.2.3',
      count: 3,
      at: expect.stringMatching(/^20.*Z$/),
    },
    {
      level: 'error',
      code: 'journal:broken',
      cause: { name: 'Error', message: 'outer', cause: { name: 'RangeError', message: 'inner' } },
    },
  ]);
  expect(statSync(path.join(place.folder, 'agent.log')).mode & 0o077).toBe(0);
});

test('a planted PIN and secret are in no log, in whatever shape', () => {
  const pin = '73190264';
  const bytes = new TextEncoder().encode(pin);
  const secret = randomBytes(32);
  const log = logIn();
  const circular: Record<string, unknown> = { pin };
  circular['self'] = circular;
  log.warn('planted', {
    pin,
    PIN: pin,
    'pairing-code': pin,
    pairing_code: pin,
    bytes,
    buffer: secret,
    slice: secret.buffer,
    nested: { deeper: [{ sharedSecret: secret.toString('hex') }, bytes] },
    command: { kind: 'pin', attempt: 1, pin: bytes },
    map: new Map([['pin', pin]]),
    circular,
    error: Object.assign(new Error('refused'), { code: bytes, pin }),
    big: 12n,
    nothing: undefined,
  });
  const written = readdirSync(place.folder)
    .map((name) => text(name))
    .join('');
  expect(written).toContain('"code":"planted"');
  expect(written).toContain('[refused: secret]');
  expect(written).toContain('[refused: 8 bytes]');
  const spelled = [...bytes].join(',');
  for (const planted of [
    pin,
    spelled,
    secret.toString('hex'),
    secret.toString('base64'),
    [...secret].join(','),
  ]) {
    expect(written).not.toContain(planted);
  }
});

test('logs are rotated, and only so many are kept', () => {
  const log = logIn({ maxBytes: 500 });
  for (let number = 0; number < 60; number++) log.info('line', { number, filler: 'x'.repeat(50) });
  expect(readdirSync(place.folder).sort()).toEqual([
    'agent.1.log',
    'agent.2.log',
    'agent.3.log',
    'agent.4.log',
    'agent.log',
  ]);
  expect(lines().at(-1)).toMatchObject({ number: 59 });
  const numbers = ['agent.2.log', 'agent.1.log', 'agent.log'].flatMap((file) => lines(file));
  const first = 60 - numbers.length;
  expect(numbers).toMatchObject(numbers.map((_, index) => ({ number: first + index })));
});
