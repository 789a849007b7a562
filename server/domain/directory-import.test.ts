import { expect, test } from 'vitest';
import { type Known, type MemberFields, planImport } from './directory-import.ts';

const header = ['external_id', 'given_name', 'family_name', 'role', 'title', 'active', 'groups'];
const known: Known = {
  byExternalId: new Map<string, MemberFields>([
    [
      'E1',
      {
        externalId: 'E1',
        givenName: 'Ana',
        familyName: 'Ruiz',
        role: 'Nurse',
        active: true,
        groups: ['ICU', 'ER'],
        consoleRoles: ['auditor'],
      },
    ],
  ]),
  groups: new Set(['ICU', 'ER']),
};

const plan = (...rows: string[][]) => {
  const fates = planImport(
    header,
    rows.map((cells, index) => ({ line: index + 2, cells })),
    known,
  );
  if ('problem' in fates) throw new Error(fates.problem);
  return fates;
};
const row = (change: Partial<Record<string, string>> = {}): string[] => {
  const all: Partial<Record<string, string>> = {
    external_id: 'E2',
    given_name: 'Bo',
    family_name: 'Berg',
    role: 'Physician',
    title: '',
    active: '',
    groups: '*',
    ...change,
  };
  return header.map((name) => all[name] ?? '');
};
/** `active` must say something where the column is there. */
const good = (change: Partial<Record<string, string>> = {}) => row({ active: 'yes', ...change });

test('a new member is added, a known one changed or left as it is', () => {
  const same = { external_id: 'E1', given_name: 'Ana', family_name: 'Ruiz', role: 'Nurse' };
  expect(
    plan(
      good(),
      good({ ...same, groups: 'ER; ICU' }),
      good({ ...same, external_id: 'E3', role: 'Nurse' }),
    ).map(({ fate }) => fate),
  ).toEqual(['added', 'unchanged', 'added']);
  const [changed] = plan(good({ ...same, active: 'NO', groups: 'ICU' }));
  expect(changed).toEqual({
    fate: 'changed',
    line: 2,
    externalId: 'E1',
    fields: {
      externalId: 'E1',
      givenName: 'Ana',
      familyName: 'Ruiz',
      role: 'Nurse',
      active: false,
      groups: ['ICU'],
      // The file has no such column: what is known stays.
      consoleRoles: ['auditor'],
    },
  });
});

test.each([
  ['external_id', { external_id: '' }],
  ['given_name', { given_name: '' }],
  ['family_name', { family_name: 'x'.repeat(61) }],
  ['given_name', { given_name: '=HYPERLINK("http://x")' }],
  ['family_name', { family_name: '@SUM(A1)' }],
  ['role', { role: 'Nurse\u0007' }],
  ['title', { title: '-1' }],
  ['active', { active: 'perhaps' }],
  ['active', { active: '' }],
  ['groups', { groups: 'ICU;Nowhere' }],
])('a bad %s is refused by its name', (column, change) => {
  const [fate] = plan(good(change));
  expect(fate).toMatchObject({ fate: 'refused', line: 2, column });
});

test('an id that stands twice is refused where it comes again', () => {
  const [first, second] = plan(good(), good({ given_name: 'Other' }));
  expect(first?.fate).toBe('added');
  expect(second).toMatchObject({
    fate: 'refused',
    line: 3,
    column: 'external_id',
    reason: 'stands in line 2 too',
  });
});

test('a line with more or fewer cells than the header is refused', () => {
  const [longer, shorter] = plan([...good(), 'x'], good().slice(1));
  expect([longer?.fate, shorter?.fate]).toEqual(['refused', 'refused']);
});

test.each([
  [[...header, 'salary'], 'salary'],
  [[...header, 'role'], 'twice'],
  [header.slice(1), 'no external_id'],
])('a header that is not ours is refused as a whole', (wrong, says) => {
  expect(planImport(wrong, [], known)).toEqual({ problem: expect.stringContaining(says) });
});
