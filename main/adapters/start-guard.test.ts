import { expect, test } from 'vitest';
import { isElevated, refuseStart } from './start-guard.ts';

const plain = {
  args: [],
  platform: 'linux' as NodeJS.Platform,
  environment: {},
  isElevated: false,
  isInspectable: false,
};

test('a plain start is allowed', () => {
  expect(
    refuseStart({ ...plain, environment: { PATH: '/bin', NODE_EXTRA_CA_CERTS: '/ca.pem' } }),
  ).toBe(undefined);
});

test.each([
  '--remote-debugging-port=9222',
  '--remote-debugging-pipe',
  '--inspect',
  '--inspect-brk=0',
  '--no-sandbox',
  '--proxy-server=evil:80',
  '--host-rules=MAP * evil',
  '--host-resolver-rules=MAP * evil',
  '--ignore-certificate-errors',
  '--ignore-certificate-errors-spki-list=x',
  '--ssl-key-log-file=/tmp/keys',
  '--disable-web-security',
  '--load-extension=/tmp/x',
  '--js-flags=--expose-gc',
  '--user-data-dir=/tmp/x',
  '-r',
  '/inspect',
  '/tmp/another-app',
  '--a-switch-of-next-year',
])('%s is refused with a sentence that names it', (option) => {
  const refusal = refuseStart({ ...plain, args: [option] });
  expect(refusal?.code).toBe(64);
  expect(refusal?.sentence).toContain(option);
});

test('the diagnosis is allowed, and no switch beside it', () => {
  const code = (args: readonly string[], platform: NodeJS.Platform = 'linux') =>
    refuseStart({ ...plain, args, platform })?.code;
  expect(code(['--diagnose'])).toBe(undefined);
  expect(code(['--diagnose', '--json', '/tmp/rows.json'])).toBe(undefined);
  expect(code(['--diagnose', '--no-sandbox'])).toBe(64);
  expect(code(['--diagnose', '--json', '--no-sandbox'])).toBe(64);
  expect(code(['--diagnose', '--json', 'rows.json', '--no-sandbox'])).toBe(64);
  expect(code(['--diagnose', '--json', '/no-sandbox'], 'win32')).toBe(64);
});

test('a package that can be inspected takes what a test needs, and nothing else', () => {
  const facts = { ...plain, isInspectable: true };
  expect(refuseStart({ ...facts, args: ['--inspect=0', '--remote-debugging-port=0'] })).toBe(
    undefined,
  );
  expect(refuseStart({ ...facts, args: ['--inspect=0', '--no-sandbox'] })?.code).toBe(64);
  expect(refuseStart({ ...facts, args: ['--inspect=0.0.0.0:1'] })?.code).toBe(64);
});

test.each(['SSLKEYLOGFILE', 'sslkeylogfile', 'NODE_TLS_REJECT_UNAUTHORIZED', 'LD_PRELOAD'])(
  'the variable %s is refused, its value not shown',
  (name) => {
    const refusal = refuseStart({ ...plain, environment: { [name]: 'planted' } });
    expect(refusal?.code).toBe(64);
    expect(refusal?.sentence).toContain(name);
    expect(refusal?.sentence).not.toContain('planted');
  },
);

test('root and administrators are refused before anything else', () => {
  expect(refuseStart({ ...plain, isElevated: true, args: ['--x'] })?.code).toBe(77);
  expect(isElevated(0, () => '')).toBe(true);
  expect(isElevated(1000, () => 'S-1-16-12288')).toBe(false);
  const medium = 'Mandatory Label\\Medium Mandatory Level Label S-1-16-8192';
  expect(isElevated(undefined, () => medium)).toBe(false);
  expect(isElevated(undefined, () => medium.replace('8192', '12288'))).toBe(true);
});
