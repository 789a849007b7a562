import { expect, test } from 'vitest';
import { appHeaders } from './app-headers.ts';

test('what an app says of its own rights does not count, however it is written; everything else stays', () => {
  const headers = appHeaders(
    {
      'Content-Type': ['text/html'],
      'Permissions-Policy': ['usb=*, publickey-credentials-get=*', 'camera=("', '='],
      'CONTENT-SECURITY-POLICY': ["default-src 'self'", 'sandbox allow-modals'],
    },
    ['ehr.example', 'ehr.example:8443', '127.0.0.1:8788', '*', 'x; script-src *', '[::1]:80'],
  );
  expect(Object.keys(headers).sort()).toEqual([
    'Content-Type',
    'content-security-policy',
    'permissions-policy',
  ]);
  const [policy = '', ...more] = headers['permissions-policy'] ?? [];
  expect(more).toEqual([]);
  // A single part that does not parse would take all of them away (RFC 8941, 4.2).
  for (const part of policy.split(', ')) expect(part).toMatch(/^[a-z-]+=\(\)$/);
  for (const feature of ['usb', 'camera', 'publickey-credentials-get'])
    expect(policy.split(', ')).toContain(`${feature}=()`);
  // Policies add up: the strictest counts (CSP3, 8.1).
  expect(headers['content-security-policy']).toEqual([
    "default-src 'self'",
    'sandbox allow-modals',
    'sandbox allow-scripts allow-same-origin allow-forms allow-popups',
    "connect-src 'self' blob: data: https://ehr.example wss://ehr.example https://ehr.example:8443 " +
      'wss://ehr.example:8443 https://127.0.0.1:8788 wss://127.0.0.1:8788 http://127.0.0.1:8788 ' +
      'ws://127.0.0.1:8788',
  ]);
});

test('an answer without headers gets them too', () => {
  expect(appHeaders(undefined, [])['permissions-policy']?.[0]).toMatch(
    /publickey-credentials-get=\(\)/,
  );
});
