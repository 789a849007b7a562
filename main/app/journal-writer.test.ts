import { expect, it } from 'vitest';
import type { EventDraft } from '../../common/event.ts';
import { err, ok } from '../../common/result.ts';
import { manualClock } from '../../test/support/manual-clock.ts';
import type { Journal } from '../ports/journal.ts';
import { journalWriter } from './journal-writer.ts';

const draft = (type: EventDraft['type']): EventDraft => ({ type, outcome: 'success', detail: {} });

function bench() {
  const { clock, pass } = manualClock();
  const written: string[] = [];
  const times: (number | undefined)[] = [];
  const blocked: boolean[] = [];
  const disk = { isFull: false };
  const journal: Pick<Journal, 'append'> = {
    append(drafts, at) {
      if (disk.isFull) return err('full');
      times.push(...drafts.map((_draft, index) => at?.[index]?.mono));
      written.push(...drafts.map(({ type }) => type));
      return ok([]);
    },
  };
  const writer = journalWriter(
    journal,
    clock,
    (isBlocked) => blocked.push(isBlocked),
    () => undefined,
  );
  return { writer, pass, written, times, blocked, disk };
}

it('keeps what could not be written, in order, and says that the station is blocked until it is', () => {
  const { writer, pass, written, blocked, disk } = bench();
  disk.isFull = true;
  writer.record([draft('session.locked')]);
  writer.record([draft('session.ended')]);
  pass(10_000);
  expect(written).toEqual([]);
  expect(blocked.every(Boolean)).toBe(true);
  disk.isFull = false;
  writer.record([draft('directory.updated')]);
  expect(written).toEqual([]);
  pass(2_000);
  expect(written).toEqual(['session.locked', 'session.ended', 'directory.updated']);
  expect(blocked.at(-1)).toBe(false);
  // Once, and not again with the next try.
  pass(10_000);
  expect(written).toHaveLength(3);
});

it('writes what had to wait with the time when it happened', () => {
  const { writer, pass, times, disk } = bench();
  disk.isFull = true;
  pass(500);
  writer.record([draft('session.locked')]);
  pass(3_000);
  writer.record([draft('session.ended')]);
  disk.isFull = false;
  pass(2_000);
  writer.record([draft('directory.updated')]);
  // Undefined is now.
  expect(times).toEqual([500, 3_500, undefined]);
});

it('writes no access while anything waits, nor later', () => {
  const { writer, pass, written, disk } = bench();
  disk.isFull = true;
  expect(writer.access([draft('session.opened')])).toBe(false);
  writer.record([draft('session.locked')]);
  disk.isFull = false;
  expect(writer.access([draft('session.opened')])).toBe(false);
  pass(2_000);
  expect(written).toEqual(['session.locked']);
  expect(writer.access([draft('session.opened')])).toBe(true);
});
