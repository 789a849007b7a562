// What --diagnose reads of a key: the product's inspection at the simulated key, over UDP.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { exitCode } from '../../main/diagnosis/rows.ts';
import { keyRows } from '../../main/diagnosis/key-rows.ts';
import { inspectKeys } from '../../native/inspect-keys.ts';
import { keyInspection } from '../../native/key-inspection.ts';
import { until } from '../support/station.ts';
import { type KeyOverUdp, keyOverUdp } from '../support/key-over-udp.ts';

let key: KeyOverUdp;
beforeEach(async () => {
  key = await keyOverUdp();
});
afterEach(() => key.stop());

const inspect = async () => keyInspection.parse(await inspectKeys([key.source]));
async function found() {
  const { keys } = await inspect();
  return keys[0]?.found;
}

it('reads everything without a PIN and without a touch', async () => {
  await key.control.touchAutomatically(false);
  await key.control.ask({
    cmd: 'set-key',
    pin: '246813',
    minPinLength: 6,
    alwaysUv: true,
    fingerprints: 1,
    uvRetries: 2,
    pinRetries: 7,
    profile: { fingerprintSensor: true, maxCredentials: 3 },
  });
  await key.control.ask({ cmd: 'add-credential', rpId: 'localhost' });
  await key.replug();
  const inspection = await inspect();
  expect(inspection).toEqual({
    kind: 'inspection',
    listed: true,
    keys: [
      {
        id: 'wardlock-simulated-key',
        product: 'Simulated key',
        simulated: true,
        found: {
          kind: 'read',
          versions: ['FIDO_2_0', 'FIDO_2_1'],
          pinProtocols: [2, 1],
          pinSet: true,
          pinRetries: 7,
          needsReinsert: false,
          mustChangePin: false,
          minPinLength: 6,
          fingerprint: true,
          fingerprintRetries: 2,
          alwaysUv: true,
          management: true,
          freeSlots: 2,
        },
      },
    ],
  });
  expect(exitCode(keyRows(inspection, 'linux'))).toBe(0);
  expect((await key.control.state()).keys[0]).toMatchObject({ pinRetries: 7 });
});

it('asks a key without a PIN for no tries', async () => {
  expect(await found()).toMatchObject({ pinSet: false, pinRetries: undefined });
});

it('sees that a key is blocked, locked, or must get a new PIN', async () => {
  await key.control.ask({ cmd: 'set-key', pin: '246813', pinRetries: 0, forcePinChange: true });
  expect(await found()).toMatchObject({ pinRetries: 0, mustChangePin: true });
});

it.each<[string, object]>([
  ['unreadable', { kind: 'noise', command: 4 }],
  ['unreadable', { kind: 'silent', command: 4 }],
  ['busy', { kind: 'busy', times: 1_000 }],
  ['removed', { kind: 'unplug', when: 'asked' }],
])('says %s of a key that does not answer, and goes on', async (code, fault) => {
  await key.control.ask({ cmd: 'set-fault', fault });
  expect(await found()).toEqual({ kind: 'refused', code });
});

it('says that a key speaks U2F only', async () => {
  await key.control.ask({ cmd: 'set-key', profile: { u2fOnly: true } });
  await key.replug();
  expect(await found()).toEqual({ kind: 'refused', code: 'u2f-only' });
});

it('passes on no nonsense that a key tells of itself', async () => {
  // versions ["FIDO_2_0", ESC "[2J"], no AAGUID that matters, minPINLength −5, −1 free slots.
  const hex = '00a4018268464944 4f5f325f30641b5b324a 0350000000000000000000000000000000000d24 1420';
  await key.control.ask({
    cmd: 'set-fault',
    fault: { kind: 'answer', hex: hex.replaceAll(' ', ''), command: 4 },
  });
  expect(await found()).toMatchObject({ versions: ['FIDO_2_0'], minPinLength: 4, freeSlots: 0 });
});

it('finds nothing in an empty slot', async () => {
  await key.isPlugged();
  await key.control.remove();
  await until('the slot to be empty', () => key.source.keys().length === 0);
  expect(await inspect()).toEqual({ kind: 'inspection', listed: true, keys: [] });
});
