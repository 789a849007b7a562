import { expect, test } from 'vitest';
import type { AccessEvent } from '../../common/event.ts';
import { alertsOf } from './directory-alerts.ts';
import type { Fate } from './judge.ts';

const NOW = Date.parse('2026-06-01T00:00:00.000Z');
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
const kinds = (batch: { event: AccessEvent }[], fates: Fate[]) =>
  alertsOf(batch, fates, NOW).map(({ kind, reason, seq }) => [kind, reason, seq]);

test('what is good, or was told before, gives no cause', () => {
  expect(kinds([event(1), event(2)], [good, { kind: 'repeat' }])).toEqual([]);
  expect(kinds([event(1, { at: '1999-01-01T00:00:00.000Z' })], [{ kind: 'repeat' }])).toEqual([]);
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

test('a clock of another decade is told once for a boot; a week late is no matter', () => {
  const old = { at: '1999-01-01T00:00:00.000Z' };
  expect(kinds([event(1, old), event(2, old)], [good, good])).toEqual([['clock', undefined, 1]]);
  expect(kinds([event(1, { at: '2027-06-02T00:00:00.000Z' })], [good])).toEqual([
    ['clock', undefined, 1],
  ]);
  expect(kinds([event(1, { at: '2025-06-02T00:00:00.000Z' })], [good])).toEqual([]);
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
