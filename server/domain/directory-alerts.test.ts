import { expect, test } from 'vitest';
import type { AccessEvent } from '../../common/event.ts';
import { alertsOf } from './directory-alerts.ts';
import type { ClockFault } from './clock.ts';
import type { Fate } from './judge.ts';

const event = (seq: number, change: Partial<AccessEvent> = {}): { event: AccessEvent } => ({
  event: {
    v: 1,
    station: 'b27e9d50-6c41-4f0a-8d3b-71a5c90e2f02',
    epoch: '6f1c2a34-0b5d-4e83-9a17-3d2c8e4b5f01',
    boot: '3ad84e17-92f6-4b2c-b5e0-c8f1706d9a03',
    seq,
    at: '2026-05-20T00:00:00.000Z',
    mono: 0,
    dir: 1,
    prev: '0'.repeat(64),
    type: 'station.started',
    outcome: 'success',
    detail: {},
    ...change,
  },
});
const good: Fate = { kind: 'verified' };
const kinds = (batch: { event: AccessEvent }[], fates: Fate[], clocks: ClockFault[] = []) =>
  alertsOf(batch, fates, clocks).map(({ kind, reason, seq }) => [kind, reason, seq]);

test('what is good, or was told before, gives no cause', () => {
  expect(kinds([event(1), event(2)], [good, { kind: 'repeat' }])).toEqual([]);
  expect(kinds([event(1)], [{ kind: 'repeat' }], ['clock-ahead'])).toEqual([]);
});

test('a fork is told once for the epoch, each unproven access by itself', () => {
  const fork: Fate = { kind: 'disputed', reason: 'chain-fork' };
  const unproven: Fate = { kind: 'unproven', reason: 'signature' };
  expect(kinds([event(3), event(4)], [fork, fork])).toEqual([['disputed', 'chain-fork', 3]]);
  expect(kinds([event(3), event(4)], [unproven, unproven])).toEqual([
    ['unproven', 'signature', 3],
    ['unproven', 'signature', 4],
  ]);
});

test('each way in which a clock is wrong is told once for a boot', () => {
  const batch = [
    event(1),
    event(2),
    event(3),
    event(4, { boot: 'b27e9d50-6c41-4f0a-8d3b-71a5c90e2f02' }),
  ];
  const clocks = ['clock-ahead', 'clock-back', 'clock-ahead', 'clock-ahead'] as const;
  expect(kinds(batch, [good, good, good, good], [...clocks])).toEqual([
    ['clock', 'clock-ahead', 1],
    ['clock', 'clock-back', 2],
    ['clock', 'clock-ahead', 4],
  ]);
});

test('a refused directory, a lost journal and a ledger in doubt are told with their reason', () => {
  const detail = { reason: 'older' };
  expect(
    kinds(
      [
        event(1, { type: 'directory.refused', detail }),
        event(2, { type: 'journal.recovered', detail }),
        event(3, { type: 'ledger.refused', detail: { reason: 'fork' } }),
      ],
      [good, good, good],
    ),
  ).toEqual([
    ['directory', 'older', 1],
    ['journal', 'older', 2],
    ['ledger', 'fork', 3],
  ]);
});
