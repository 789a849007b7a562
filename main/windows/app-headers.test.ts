import { expect, test } from 'vitest';
import { appHeaders } from './app-headers.ts';

test('what an app says of its own rights never comes last; everything else stays', () => {
  const headers = appHeaders({
    'Content-Type': ['text/html'],
    'Permissions-Policy': ['usb=*, publickey-credentials-get=*', 'camera=(self)'],
    'CONTENT-SECURITY-POLICY': ["default-src 'self'", 'sandbox allow-modals'],
  });
  expect(Object.keys(headers).sort()).toEqual([
    'Content-Type',
    'content-security-policy',
    'permissions-policy',
  ]);
  const [policy = ''] = headers['permissions-policy'] ?? [];
  const last = new Map(policy.split(', ').map((part) => part.split('=') as [string, string]));
  expect(last.get('usb')).toBe('()');
  expect(last.get('camera')).toBe('()');
  expect(last.get('publickey-credentials-get')).toBe('()');
  expect([...last.values()].filter((value) => value !== '()')).toEqual([]);
  // Policies add up: the strictest counts (CSP3, 8.1).
  expect(headers['content-security-policy']).toEqual([
    "default-src 'self'",
    'sandbox allow-modals',
    'sandbox allow-scripts allow-same-origin allow-forms allow-popups',
  ]);
});

test('an answer without headers gets them too', () => {
  expect(appHeaders(undefined)['permissions-policy']?.[0]).toMatch(
    /publickey-credentials-get=\(\)/,
  );
});
