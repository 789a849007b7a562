import { expect, test } from 'vitest';
import { demoPeople, demoPractice } from '../demo/practice.mjs';
import { describeIssues, hostAtRpId, practiceFile } from './practice.ts';

const credentials = demoPeople.map(({ id }, n) => ({
  person: id,
  id: `key${n}`,
  publicKey: 'AA',
  userHandle: 'AA',
}));
const good = practiceFile.parse(demoPractice({ credentials, appUrl: 'http://127.0.0.1:8788/' }));

test('the demo practice is one: four people, a policy with its defaults, three apps', () => {
  expect(good.members.map((member) => member.role)).toEqual([
    'Nurse',
    'Physician',
    'IT administrator',
    'Security officer',
  ]);
  expect(good.groups[0]?.policy.idleLockSeconds).toBe(120);
  expect(good.groups[0]?.apps.map((app) => app.url)).toEqual([
    'http://127.0.0.1:8788/chart',
    'http://127.0.0.1:8788/medication',
    'http://127.0.0.1:8788/labs',
  ]);
});

test('demo PINs have six digits, all differ, and none is on a short list of the usual ones', () => {
  const pins = demoPeople.map((person) => person.pin);
  expect(new Set(pins).size).toBe(4);
  for (const pin of pins) {
    expect(pin).toMatch(/^\d{6}$/);
    expect(new Set(pin).size).toBe(6);
    expect('01234567890 09876543210').not.toContain(pin);
  }
});

test('overrides of the policy are taken', () => {
  const policy = { idleLockSeconds: 6, idleWarningSeconds: 3 };
  const practice = practiceFile.parse(demoPractice({ credentials, appUrl: 'https://a/', policy }));
  expect(practice.groups[0]?.policy).toMatchObject({ ...policy, sessionHours: 12 });
});

const [group] = good.groups;
const [app] = group?.apps ?? [];
const [first, second] = good.members;
const stranger = '99999999-9999-4999-8999-999999999999';

test.each([
  [
    { groups: [{ ...group, policy: { idleLockSeconds: 901 } }] },
    'groups[0].policy.idleLockSeconds: Too big: expected number to be <=900',
  ],
  [
    { groups: [{ ...group, apps: [{ ...app, url: 'https://localhost/chart' }] }] },
    'groups[0].apps[0]: must not be at the RP ID: localhost',
  ],
  [{ groups: [group, group] }, 'groups[1].name: stands there twice: ICU North'],
  [{ members: [first, first], credentials: [] }, `members[1].id: stands there twice: ${first?.id}`],
  [{ members: [{ ...second, role: '' }], credentials: [] }, 'members[0].role: Too small'],
  [
    { credentials: [{ ...good.credentials[0], member: stranger }] },
    'credentials[0].member: is not the id of a member in this file',
  ],
  [{ rpId: 'Keys.example' }, 'rpId: a host name in lower case'],
  [{ practise: 'x' }, '(whole file): Unrecognized key: "practise"'],
])('a fault is named with its field: %j', (change, expected) => {
  const parsed = practiceFile.safeParse({ ...good, ...change });
  expect(parsed.success).toBe(false);
  expect(describeIssues(parsed.error?.issues ?? [])).toContain(expected);
});

test.each([
  ['https://keys.clinic.example/', []],
  ['https://keys.clinic.example:8443/', []],
  ['https://KEYS.clinic.example/', []],
  ['https://chart.keys.clinic.example/', []],
  ['https://ehr.example/', ['keys.clinic.example']],
  ['https://ehr.example/', ['ehr.example', 'x.Keys.clinic.example:8443']],
])('no app at the RP ID or below it: %s, %j', (url, allowedHosts) => {
  expect(hostAtRpId({ url, allowedHosts }, 'keys.clinic.example')).toMatch(/keys\.clinic/i);
});

test.each([
  ['https://clinic.example/', 'keys.clinic.example'],
  ['https://otherkeys.clinic.example/', 'keys.clinic.example'],
  ['http://localhost:8788/', 'localhost'],
])('an app beside it may be there: %s', (url, rpId) => {
  expect(hostAtRpId({ url, allowedHosts: [new URL(url).host] }, rpId)).toBeUndefined();
});
