import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { access, open, seesKeys, touch, typePin } from './access.ts';
import type { Bench } from './bench.ts';
import { type Case, handOf, usbOf } from './case.ts';
import { type Client, startClient } from './client.ts';
import { diagnosisCases } from './diagnosis.ts';
import { plugGadget } from './gadget.ts';
import { libfido2Cases } from './libfido2.ts';
import { severalKeysCases } from './several-keys.ts';
import { swapCases } from './swap.ts';

const WRONG_PIN = '135791';
/** nobody */
const OTHER_USER = 65_534;

export const cases: readonly Case[] = [
  {
    name: 'a FIDO key is listed by its usage page, another HID device is not',
    needs: ['usb'],
    async run(client, bench) {
      const { first } = usbOf(bench);
      const [key] = client.keys();
      assert.deepEqual(key, {
        id: await first.hidraw(),
        product: first.product,
        vendorId: 0x1209,
        simulated: false,
      });
      const other = plugGadget({ index: 1, product: 'Lab button', usagePage: 'ff00' });
      const path = await other.hidraw();
      // The next change that is told comes after the button was there.
      await first.unplug();
      await seesKeys(client, 0);
      await first.plug();
      await seesKeys(client, 1);
      other.detach();
      other.dismantle();
      assert.notEqual(client.keys()[0]?.id, path);
      return path;
    },
  },
  {
    name: 'it opens: INIT, getInfo, tries left, key agreement',
    needs: [],
    async run(client, bench) {
      const { attempt, ready } = await open(client, bench);
      client.send({ kind: 'cancel', attempt });
      assert(ready.minPinLength >= 4 && ready.pinRetries > 0, JSON.stringify(ready));
      return `${ready.pinRetries} tries`;
    },
  },
  { name: 'a whole access with PIN and touch, signature verified', needs: [], run: access },
  {
    name: 'a wrong PIN costs one try, and the right one then holds',
    needs: [],
    async run(client, bench) {
      const { attempt, ready } = await open(client, bench);
      typePin(client, attempt, WRONG_PIN);
      const { code, pinRetries } = await client.next('refused');
      assert.deepEqual(
        { code, pinRetries },
        { code: 'pin-mismatch', pinRetries: ready.pinRetries - 1 },
      );
      typePin(client, attempt, bench.identity.pin);
      await touch(client, bench);
      await client.next('assertion');
    },
  },
  {
    name: 'three wrong PINs block the key until it is plugged in again',
    needs: ['usb', 'control'],
    async run(client, bench) {
      const { attempt } = await open(client, bench);
      for (const code of ['pin-mismatch', 'pin-mismatch', 'pin-blocked']) {
        typePin(client, attempt, WRONG_PIN);
        assert.equal((await client.next('refused')).code, code);
      }
      await replug(client, bench);
      return access(client, bench);
    },
  },
  {
    name: 'a PIN that is too short costs no try',
    needs: [],
    async run(client, bench) {
      const { attempt, ready } = await open(client, bench);
      typePin(client, attempt, '12');
      assert.equal((await client.next('refused')).code, 'pin-too-short');
      const again = await open(client, bench);
      client.send({ kind: 'cancel', attempt: again.attempt });
      assert.equal(again.ready.pinRetries, ready.pinRetries);
    },
  },
  {
    name: 'no credential of this practice',
    needs: [],
    async run(client, bench) {
      const { attempt } = await open(client, bench, 'elsewhere.example');
      typePin(client, attempt, bench.identity.pin);
      assert.equal((await client.next('refused')).code, 'no-credential');
    },
  },
  {
    name: 'pulled while the PIN is typed',
    needs: ['usb'],
    async run(client, bench) {
      await open(client, bench);
      await usbOf(bench).first.unplug();
      assert.equal((await client.next('refused')).code, 'removed');
      await seesKeys(client, 0);
    },
  },
  {
    name: 'pulled while it waits for a touch, and good again once it is back',
    needs: ['usb', 'control'],
    async run(client, bench) {
      const { attempt } = await open(client, bench);
      typePin(client, attempt, bench.identity.pin);
      await client.next('touch');
      await usbOf(bench).first.unplug();
      assert.equal((await client.next('refused')).code, 'removed');
      await seesKeys(client, 0);
      await usbOf(bench).first.plug();
      await seesKeys(client, 1);
      return access(client, bench);
    },
  },
  {
    name: 'cancelled while it waits for a touch, and free at once',
    needs: ['control'],
    async run(client, bench) {
      const { attempt } = await open(client, bench);
      typePin(client, attempt, bench.identity.pin);
      await client.next('touch');
      client.send({ kind: 'cancel', attempt });
      return access(client, bench);
    },
  },
  ...severalKeysCases,
  ...swapCases,
  {
    name: 'a user without permission is told so, and gets in once the permission is there',
    needs: ['usb'],
    async run(_client, bench) {
      const path = await usbOf(bench).first.hidraw();
      chmodSync(path, 0o600);
      const other = startClient({ ...bench.program, uid: OTHER_USER });
      try {
        await seesKeys(other, 1);
        other.send({ kind: 'begin', attempt: 1, rpId: bench.identity.rpId, known: [] });
        assert.equal((await other.next('refused')).code, 'no-permission');
        chmodSync(path, 0o666);
        other.send({ kind: 'begin', attempt: 2, rpId: bench.identity.rpId, known: [] });
        await other.next('ready');
      } finally {
        other.close();
        chmodSync(path, 0o600);
      }
    },
  },
  {
    name: 'the key process is killed while the PIN is typed, and works again',
    needs: [],
    async run(client, bench) {
      await open(client, bench);
      client.kill();
      await client.next('crashed');
      await client.next('keys', ({ keys }) => keys.length === 1);
      return access(client, bench);
    },
  },
  {
    name: 'the key process is killed while the key waits for a touch, and works again',
    needs: ['usb', 'control'],
    async run(client, bench) {
      const { attempt } = await open(client, bench);
      typePin(client, attempt, bench.identity.pin);
      await client.next('touch');
      client.kill();
      await client.next('crashed');
      await client.next('keys', ({ keys }) => keys.length === 1);
      // Nobody is left to cancel: the key waits on for the hand of the attempt that died.
      await handOf(bench).touch();
      return access(client, bench);
    },
  },
  {
    name: 'the key process hangs while the PIN is typed: it is killed, and works again',
    needs: [],
    async run(client, bench) {
      await open(client, bench);
      client.hang();
      await client.next('crashed');
      await client.next('keys', ({ keys }) => keys.length === 1);
      assert.match(client.trace(), /report key-process:hung/);
      return access(client, bench);
    },
  },
  ...diagnosisCases,
  ...libfido2Cases,
];

async function replug(client: Client, bench: Bench): Promise<void> {
  const { first } = usbOf(bench);
  await first.unplug();
  await seesKeys(client, 0);
  await first.plug();
  await seesKeys(client, 1);
}
