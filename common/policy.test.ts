import { expect, test } from 'vitest';
import { FLOORS, clinicalApp, policy } from './policy.ts';

test('a grace is off unless somebody asks for one, and never longer than is compiled in', () => {
  expect(policy.parse({}).graceSeconds).toBe(0);
  const at = (graceSeconds: number) => policy.safeParse({ graceSeconds }).success;
  expect([at(FLOORS.graceSeconds), at(FLOORS.graceSeconds + 1), at(-1)]).toEqual([
    true,
    false,
    false,
  ]);
});

const accepts = (url: string) =>
  clinicalApp.safeParse({ id: 'chart', name: 'Chart', icon: 'pill', url, allowedHosts: ['a'] })
    .success;

test.each([
  'https://ehr.example/',
  'HTTPS://ehr.example:8443/a',
  'http://127.0.0.1:8788/chart',
  'http://[::1]/',
  'http://localhost/',
])('an app may begin at %s', (url) => expect(accepts(url)).toBe(true));

test.each([
  'http://ehr.example/',
  'http://127.evil.example/',
  'http://localhost@evil.example/',
  'http://localhost:x@evil.example/',
  'http://localhost:1@evil.example/',
  'http://10.0.0.1/',
  'file:///etc/passwd',
])('an app may not begin at %s', (url) => expect(accepts(url)).toBe(false));

test('an app may do nothing more than policy lets it, and policy nothing that is not known here', () => {
  const app = { id: 'a', name: 'A', icon: 'pill', url: 'https://a/', allowedHosts: ['a'] };
  expect(clinicalApp.parse(app).allow).toEqual([]);
  expect(clinicalApp.parse({ ...app, allow: ['popup', 'print'] }).allow).toEqual([
    'popup',
    'print',
  ]);
  expect(clinicalApp.safeParse({ ...app, allow: ['download'] }).success).toBe(false);
});
