import { describe, expect, it } from 'vitest';
import type { KeyFacts, KeyInspection } from '../../native/key-inspection.ts';
import { type Row, asText, exitCode } from './rows.ts';
import { keyRows, noInspection } from './key-rows.ts';

const sound: KeyFacts = {
  kind: 'read',
  versions: ['U2F_V2', 'FIDO_2_0', 'FIDO_2_1'],
  pinProtocols: [2, 1],
  pinSet: true,
  pinRetries: 8,
  needsReinsert: false,
  mustChangePin: false,
  minPinLength: 6,
  fingerprint: true,
  fingerprintRetries: 3,
  alwaysUv: false,
  management: true,
  freeSlots: 24,
};
type Found = KeyInspection['keys'][number]['found'];
const rowsOf = (found: Found, platform = 'linux') =>
  keyRows(
    {
      kind: 'inspection',
      listed: true,
      keys: [{ id: '/dev/hidraw3', product: 'YubiKey', simulated: false, found }],
    },
    platform,
  );
const failed = (rows: readonly Row[]) =>
  rows.filter(({ status }) => status === 'failed').map(({ id, value }) => `${id} ${value}`);

describe('the rows about keys', () => {
  it('say what a sound key supports', () => {
    const rows = rowsOf(sound);
    expect(rows.map(({ id, value }) => `${id} ${value}`)).toEqual([
      'keys 1 plugged in',
      'key.1.open YubiKey',
      'key.1.versions U2F_V2 FIDO_2_0 FIDO_2_1',
      'key.1.pin-protocols 2 1',
      'key.1.pin set',
      'key.1.tries 8 left',
      'key.1.min-pin 6 characters',
      'key.1.fingerprint taught, 3 tries left',
      'key.1.always-uv off',
      'key.1.management yes',
      'key.1.free-slots 24',
    ]);
    expect(rows.every(({ remedy }) => remedy === null)).toBe(true);
    expect(exitCode(rows)).toBe(0);
  });

  it.each<[string, Partial<KeyFacts>, string, RegExp]>([
    ['no PIN yet', { pinSet: false }, 'key.1.pin none set', /Set a PIN/],
    ['no PIN ever', { pinSet: undefined }, 'key.1.pin not supported', /replace it/],
    ['a PIN to change', { mustChangePin: true }, 'key.1.pin must be changed', /Change its PIN/],
    ['no tries left', { pinRetries: 0 }, 'key.1.tries none left', /Reset it/],
    [
      'three wrong PINs',
      { pinRetries: 5, needsReinsert: true },
      'key.1.tries 5 left',
      /put it back/,
    ],
    ['U2F only', { versions: ['U2F_V2'] }, 'key.1.versions U2F_V2', /too old/],
    ['a protocol to come', { pinProtocols: [3] }, 'key.1.pin-protocols 3', /replace it/],
  ])('say what is wrong: %s', (_name, facts, row, remedy) => {
    const rows = rowsOf({ ...sound, ...facts });
    expect(failed(rows)).toEqual([row]);
    expect(rows.find(({ status }) => status === 'failed')?.remedy).toMatch(remedy);
    expect(exitCode(rows)).toBe(1);
  });

  it.each<[string, Extract<Found, { kind: 'refused' }>['code'], RegExp]>([
    ['linux', 'no-permission', /rules\.d\/.*SUBSYSTEM=="hidraw".*wardlock/],
    ['win32', 'no-permission', /administrators/],
    ['linux', 'busy', /close browsers/],
    ['linux', 'removed', /Plug it in again/],
    ['linux', 'u2f-only', /too old/],
    ['linux', 'unreadable', /Try another port/],
  ])('say on %s why a key was not asked: %s', (platform, code, remedy) => {
    const rows = rowsOf({ kind: 'refused', code }, platform);
    expect(failed(rows)).toEqual([`key.1.open YubiKey: ${code}`]);
    expect(rows.at(-1)).toMatchObject({ source: '/dev/hidraw3' });
    expect(rows.at(-1)?.remedy).toMatch(remedy);
  });

  it('are never well where nothing was looked at', () => {
    const nothing = { kind: 'inspection', listed: true, keys: [] } as const;
    expect(exitCode(keyRows({ ...nothing, keys: [] }, 'linux'))).toBe(2);
    expect(exitCode(keyRows({ ...nothing, keys: [], listed: false }, 'linux'))).toBe(1);
    expect(exitCode([noInspection('crashed')])).toBe(1);
    expect(exitCode([])).toBe(2);
  });

  it('print no control characters of a device', () => {
    const [, open] = rowsOf({ kind: 'refused', code: 'busy' });
    if (!open) throw new Error('no row');
    const text = asText([{ ...open, value: 'Key\u001b[2J\u202e\n' }]);
    expect(text).toContain('Key?[2J??');
    expect(text.split('\n')).toHaveLength(3);
  });
});
