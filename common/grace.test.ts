import { expect, test } from 'vitest';
import { accessEvent, type AccessEvent } from './event.ts';
import { graceOf, isWithinGrace } from './grace.ts';

const id = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

const at = (change: Partial<AccessEvent>): AccessEvent =>
  accessEvent.parse({
    v: 1,
    type: 'session.resumed',
    outcome: 'success',
    member: id(1),
    key: 'bWFyaWE',
    session: id(2),
    station: id(3),
    epoch: id(4),
    boot: id(5),
    seq: 9,
    at: '2026-01-01T00:00:00.000Z',
    mono: 100_000,
    dir: 1,
    detail: { pinSeq: 5, graceSeconds: 60 },
    prev: '0'.repeat(64),
    ...change,
  });
const pin = at({ type: 'session.opened', seq: 5, mono: 40_000, detail: {} });

const holds = (change: Partial<AccessEvent>, after: Partial<AccessEvent> = {}): boolean => {
  const event = at(change);
  const grace = graceOf(event);
  return grace !== undefined && isWithinGrace(event, grace, { ...pin, ...after });
};

test('a tap within the grace resumes the session of the PIN', () => {
  expect(holds({})).toBe(true);
  // What passes between the decision and the journal.
  expect(holds({ mono: 101_000 })).toBe(true);
  expect(holds({ mono: 40_000 })).toBe(true);
  expect(holds({}, { type: 'session.resumed' })).toBe(true);
});

test.each<[what: string, tap: Partial<AccessEvent>, pin?: Partial<AccessEvent>]>([
  ['later', { mono: 101_001 }],
  ['before the PIN', { mono: 39_999 }],
  ['longer than any policy gives', { detail: { pinSeq: 5, graceSeconds: 901 } }],
  ['of a session that opens', { type: 'session.opened' }],
  ['of another session', { session: id(7) }],
  ['of no session', { session: undefined }, { session: undefined }],
  ['by another member', { member: id(7) }],
  ['with another key', { key: 'Y2hlbg' }],
  ['after a start', { boot: id(7) }],
  ['after another access than it says', {}, { seq: 6 }],
  ['that leans on a later access', { detail: { pinSeq: 10, graceSeconds: 60 } }, { seq: 10 }],
  ['that says nothing of a PIN', { detail: { graceSeconds: 60 } }],
  ['that says nothing of its grace', { detail: { pinSeq: 5 } }],
])('but not one %s', (_what, tap, before) => {
  expect(holds(tap, before)).toBe(false);
});
