import { describe, expect, test } from 'vitest';
import type { EventDraft } from '../../common/event.ts';
import { manualClock } from '../../test/support/manual-clock.ts';
import { claimantOf, lostKeyReports } from './lost-key.ts';

const person = (id: string, givenName: string, familyName: string) => ({
  id,
  givenName,
  familyName,
  role: 'Nurse',
  active: true,
});
const directory = {
  members: [
    person('m1', 'María José', 'López-Ruiz'),
    person('m2', 'Sean', 'O’Brien'),
    person('m3', 'Chen', 'Wei'),
    person('m4', 'Chen', 'Wei'),
  ],
};
const named = (givenName: string, familyName: string) =>
  claimantOf({ kind: 'named', givenName, familyName }, [], directory);

describe('whose key it is', () => {
  test.each([
    ['maria jose', 'LOPEZ RUIZ', 'm1'],
    ['Sean', 'O Brien', 'm2'],
    ['Sean', "O'Brien", 'm2'],
  ])('%s %s is found', (givenName, familyName, claimed) => {
    expect(named(givenName, familyName)).toEqual({ claimed, match: 'one' });
  });

  test.each([
    ['a part of the first name', 'María', 'López-Ruiz', 'none'],
    ['a part of the last name', 'María José', 'López', 'none'],
    ['the names the wrong way round', 'Wei', 'Chen', 'none'],
    ['two of one name', 'Chen', 'Wei', 'several'],
    ['nothing but an accent', '´', '´', 'none'],
  ])('%s claims nobody', (_what, givenName, familyName, match) => {
    expect(named(givenName, familyName)).toEqual({ claimed: undefined, match });
  });

  test('somebody parked here is found by the session, and by no other', () => {
    const held = [{ id: 's1', member: 'm2' }];
    const parked = (session: string) => claimantOf({ kind: 'parked', session }, held, directory);
    expect(parked('s1')).toEqual({ claimed: 'm2', match: 'one' });
    expect(parked('s2')).toEqual({ claimed: undefined, match: 'none' });
  });

  test('before there is a directory nobody is found', () => {
    const said = { kind: 'named', givenName: 'Chen', familyName: 'Wei' } as const;
    expect(claimantOf(said, [], undefined)).toEqual({ claimed: undefined, match: 'none' });
  });
});

describe('a report', () => {
  test('is one event that names an id or nobody, and nothing of what was typed', () => {
    const written: EventDraft[] = [];
    const take = lostKeyReports(manualClock().clock, (draft) => written.push(draft) > 0);
    expect(take(named('Sean', 'O’Brien'))).toBe('reported');
    expect(take(named('Nobody', 'Here'))).toBe('reported');
    expect(written).toEqual([
      { type: 'key.reported', outcome: 'success', claimed: 'm2', detail: { match: 'one' } },
      { type: 'key.reported', outcome: 'success', detail: { match: 'none' } },
    ]);
  });

  test('that could not be written says so, and does not count', () => {
    let isFull = true;
    const take = lostKeyReports(manualClock().clock, () => !isFull);
    const claim = named('Sean', 'O’Brien');
    for (let time = 0; time < 9; time += 1) expect(take(claim)).toBe('not-recorded');
    isFull = false;
    expect(take(claim)).toBe('reported');
  });

  test('the sixth within ten minutes is not written', () => {
    let written = 0;
    const { clock, pass } = manualClock();
    const take = lostKeyReports(clock, () => (written += 1) > 0);
    const claim = named('Sean', 'O’Brien');
    const answers = Array.from({ length: 6 }, () => take(claim));
    expect(answers).toEqual([...Array<string>(5).fill('reported'), 'too-many']);
    expect(written).toBe(5);
    pass(10 * 60_000);
    expect(take(claim)).toBe('reported');
  });
});
