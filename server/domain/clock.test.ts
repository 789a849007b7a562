import { expect, test } from 'vitest';
import type { AccessEvent } from '../../common/event.ts';
import { clockFaults } from './clock.ts';
import type { Fate } from './judge.ts';

const NOW = Date.parse('2026-06-01T12:00:00.000Z');
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const good: Fate = { kind: 'verified' };

const event = (seq: number, ago: number, change: Partial<AccessEvent> = {}) => ({
  event: {
    v: 1,
    station: 'b27e9d50-6c41-4f0a-8d3b-71a5c90e2f02',
    epoch: '6f1c2a34-0b5d-4e83-9a17-3d2c8e4b5f01',
    boot: '3ad84e17-92f6-4b2c-b5e0-c8f1706d9a03',
    seq,
    at: new Date(NOW - ago).toISOString(),
    mono: 0,
    dir: 1,
    prev: '0'.repeat(64),
    type: 'app.opened',
    outcome: 'success',
    detail: {},
    ...change,
  } satisfies AccessEvent,
});
const judged = (batch: ReturnType<typeof event>[], before?: { seq: number; at: string }) =>
  clockFaults(
    batch,
    batch.map(() => good),
    before,
    NOW,
  );

test('what is late is no fault, a clock that is minutes off neither', () => {
  expect(judged([event(1, 30 * DAY), event(2, 7 * DAY), event(3, 0)])).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(judged([event(1, 364 * DAY), event(2, -9 * MINUTE)])).toEqual([undefined, undefined]);
});

test('another decade, and the future', () => {
  expect(judged([event(1, 3650 * DAY), event(2, 366 * DAY)])).toEqual([
    'clock-behind',
    'clock-behind',
  ]);
  expect(judged([event(1, -11 * MINUTE), event(2, -3650 * DAY)])).toEqual([
    'clock-ahead',
    'clock-ahead',
  ]);
});

test('a time before that of the event before', () => {
  expect(judged([event(1, DAY), event(2, 2 * DAY), event(3, 2 * DAY)])).toEqual([
    undefined,
    'clock-back',
    undefined,
  ]);
  expect(judged([event(1, DAY), event(2, DAY + MINUTE)])).toEqual([undefined, undefined]);
  const { at } = event(6, DAY).event;
  expect(judged([event(7, 2 * DAY)], { seq: 6, at })).toEqual(['clock-back']);
  // Nobody knows what stood in between, or when what retention has emptied was.
  expect(judged([event(8, 2 * DAY)], { seq: 6, at })).toEqual([undefined]);
  expect(judged([event(7, 2 * DAY)], { seq: 6, at: '' })).toEqual([undefined]);
});

test('a station that tells of the jump itself', () => {
  const jumped = { type: 'clock.jumped' as const };
  const locked = { type: 'session.locked' as const, detail: { cause: 'clock' } };
  expect(judged([event(1, 0), event(2, DAY, jumped)])).toEqual([undefined, undefined]);
  expect(judged([event(1, 0), event(2, DAY, locked), event(3, DAY, jumped)])).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(judged([event(1, 0), event(2, DAY), event(3, DAY, locked)])).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(judged([event(1, 0), event(2, DAY), event(3, DAY), event(4, DAY, jumped)])[1]).toBe(
    'clock-back',
  );
});

test('what is repeated was judged when it came', () => {
  const batch = [event(1, DAY), event(2, -DAY), event(3, DAY)];
  const fates: Fate[] = [{ kind: 'repeat' }, { kind: 'repeat' }, good];
  expect(clockFaults(batch, fates, undefined, NOW)).toEqual([undefined, undefined, 'clock-back']);
});
