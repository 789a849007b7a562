import { expect, test } from 'vitest';
import type { ClinicalApp } from '../../common/policy.ts';
import { mayReach } from './app-hosts.ts';

const app = {
  allowedHosts: [
    'ehr.example',
    'ehr.example:8443',
    '127.0.0.1:8788',
    'localhost:8788',
    '127.evil.example',
  ],
} as unknown as ClinicalApp;

test.each([
  'https://ehr.example/chart?x#y',
  'https://ehr.example:443/',
  'https://ehr.example:8443/',
  'wss://ehr.example/live',
  'http://127.0.0.1:8788/chart',
  'ws://localhost:8788/',
])('%s is within reach', (url) => {
  expect(mayReach(app, url)).toBe(true);
});

test.each([
  'http://ehr.example/',
  'ws://ehr.example/',
  'http://127.evil.example/',
  'https://ehr.example.evil.example/',
  'https://sub.ehr.example/',
  'https://ehr.example:444/',
  'https://ehr.example@evil.example/',
  'ftp://ehr.example/',
  'file://ehr.example/etc/passwd',
  'javascript:alert(1)',
  'mailto:ehr.example',
  'blob:https://ehr.example/1',
  'about:blank',
  'not an address',
  '',
])('%s is not', (url) => {
  expect(mayReach(app, url)).toBe(false);
});
