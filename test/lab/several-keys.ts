import assert from 'node:assert/strict';
import { checkAssertion, seesKeys, typePin } from './access.ts';
import type { Bench, UsbKey } from './bench.ts';
import { type Case, usbOf } from './case.ts';
import type { Client } from './client.ts';
import { until } from '../support/station.ts';

/** clientPIN's subcommands that carry a PIN or what follows from one (CTAP 2.1 §6.5.5). */
const CARRIES_PIN = ['6.3', '6.4', '6.5', '6.9'];

const controlOf = ({ control }: UsbKey) => {
  assert(control, 'no control channel');
  return control;
};
/** What this key is asked from now on. */
async function listenAt(key: UsbKey) {
  const all = async () => (await controlOf(key).state()).heard;
  const before = (await all()).length;
  return async () => (await all()).slice(before);
}
const isAboutPin = (command: string) => command.startsWith('6.');
const waits = (key: UsbKey) =>
  until(
    `${key.product} to wait for a touch`,
    async () => (await controlOf(key).state()).waitingForTouch,
  );

/** Both keys are in, and wait to be chosen by a touch. */
async function choose(client: Client, bench: Bench) {
  const { first, second } = usbOf(bench);
  await second.plug();
  await seesKeys(client, 2);
  const heard = { first: await listenAt(first), second: await listenAt(second) };
  const attempt = bench.nextAttempt();
  client.send({ kind: 'begin', attempt, rpId: bench.identity.rpId, known: [] });
  assert.deepEqual(await client.next('choose'), { kind: 'choose', attempt });
  await Promise.all([waits(first), waits(second)]);
  const both = [...(await heard.first()), ...(await heard.second())];
  assert(!both.some(isAboutPin), both.join(' '));
  return { attempt, heard };
}

/** One is touched; the PIN goes there, and the record of the other tells nothing of it. */
async function chooseOne(client: Client, bench: Bench, name: 'first' | 'second') {
  const otherName = name === 'first' ? 'second' : 'first';
  const usb = usbOf(bench);
  const { attempt, heard } = await choose(client, bench);
  const touched = controlOf(usb[name]);
  assert(await touched.touch(), 'it did not wait for a touch');
  await client.next('ready');
  const hash = typePin(client, attempt, bench.identity.pin);
  await client.next('touch');
  assert(!(await controlOf(usb[otherName]).state()).waitingForTouch, 'the other one still waits');
  assert(await touched.touch(), 'it did not wait for the second touch');
  const assertion = await client.next('assertion');
  assert((await heard[name]()).includes('6.9'), 'the touched key heard of no PIN');
  const commands = await heard[otherName]();
  assert(!commands.some((command) => CARRIES_PIN.includes(command)), commands.join(' '));
  return { assertion, hash, note: `the other heard ${commands.join(' ')}` };
}

export const severalKeysCases: readonly Case[] = [
  {
    name: 'of two keys, the one touched gets the PIN, and the other never hears of it',
    needs: ['usb', 'control'],
    async run(client, bench) {
      const { assertion, hash, note } = await chooseOne(client, bench, 'first');
      checkAssertion(assertion, hash, bench);
      return note;
    },
  },
  {
    name: 'and the other way round',
    needs: ['usb', 'control'],
    run: async (client, bench) => (await chooseOne(client, bench, 'second')).note,
  },
  {
    name: 'of two keys, none hears of a PIN when the choice is given up',
    needs: ['usb', 'control'],
    async run(client, bench) {
      const { attempt, heard } = await choose(client, bench);
      client.send({ kind: 'cancel', attempt });
      for (const key of [usbOf(bench).first, usbOf(bench).second]) {
        await until(
          `${key.product} to let go`,
          async () => !(await controlOf(key).state()).waitingForTouch,
        );
        assert.equal(await controlOf(key).touch(), false);
      }
      for (const commands of [await heard.first(), await heard.second()]) {
        assert(!commands.some(isAboutPin), commands.join(' '));
      }
    },
  },
];
