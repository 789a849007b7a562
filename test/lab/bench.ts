import { type KeyObject, createPublicKey } from 'node:crypto';
import { run } from '../../tools/run.mjs';
import type { Control } from '../support/simulator.ts';
import { until } from '../support/station.ts';
import { answers, controlOf, startAuthenticator } from './authenticator.ts';
import { type Client, type ClientProgram, startClient } from './client.ts';
import { bridge, plugGadget } from './gadget.ts';

/** The credential that the cases expect on the first key. */
export interface Identity extends Expected {
  readonly publicKey: KeyObject;
}

/** Where it is to be found. */
export interface Expected {
  readonly rpId: string;
  readonly pin: string;
}

/** One USB port and the key that goes into it. */
export interface UsbKey {
  readonly product: string;
  /** The hand and the eyes at a simulated key; another authenticator has none. */
  readonly control: Control | undefined;
  plug(): Promise<void>;
  unplug(): Promise<void>;
  hidraw(): Promise<string>;
}

export interface Usb {
  readonly first: UsbKey;
  readonly second: UsbKey;
}

export interface Bench {
  readonly identity: Identity;
  /** Real USB devices of the guest; undefined over plain UDP. */
  readonly usb: Usb | undefined;
  readonly program: ClientProgram;
  client(): Client;
  /** Brings the bench to where every case begins: one key, seen by a client that does nothing. */
  begin(): Promise<Client>;
  /** After a failed case nothing of it goes on. */
  discard(): void;
  nextAttempt(): number;
}

const LAB = '/lab';
const FIRST_PORT = 7001;

/** What the host tells the guest; its own programs lie in /lab. */
export interface GuestConfig {
  readonly program: ClientProgram;
  readonly key: Expected;
  /** Where `authenticator` is started. */
  readonly checkout: string;
  /** register.py */
  readonly register: string;
  /** Memory of the simulated keys, one for each USB port. */
  readonly memories: readonly object[];
  /** Of the credential on the first simulated key, PEM. */
  readonly publicKey: string;
  /** Another authenticator instead of the simulated keys. */
  readonly authenticator: string | undefined;
}

/** Inside the guest: two USB ports with simulated keys, or one with an authenticator from outside. */
export async function guestBench(config: GuestConfig): Promise<Bench> {
  const { program, key, authenticator } = config;
  if (authenticator !== undefined) {
    startAuthenticator({ command: authenticator, port: FIRST_PORT, cwd: config.checkout });
    const publicKey = await registered(config.register, FIRST_PORT, key);
    const [first, second] = [0, 1].map((index) => usbKey(index, FIRST_PORT, undefined));
    if (first && second)
      return makeBench({ identity: { ...key, publicKey }, usb: { first, second }, program });
  }
  const [first, second] = await Promise.all(config.memories.map(simulatedKey));
  if (!first || !second) throw new Error('the lab needs two keys');
  const identity = { ...key, publicKey: createPublicKey(config.publicKey) };
  return makeBench({ identity, usb: { first, second }, program });
}

/** Without a guest: the product's simulated slot in the place of HID. */
export async function udpBench(
  port: number,
  program: ClientProgram,
  key: Expected,
  register: string,
): Promise<Bench> {
  const publicKey = await registered(register, port, key);
  const env = { WARDLOCK_SIMULATED_KEY: `udp://127.0.0.1:${port}` };
  return makeBench({
    identity: { ...key, publicKey },
    usb: undefined,
    program: { ...program, env },
  });
}

async function registered(
  script: string,
  port: number,
  { rpId, pin }: Expected,
): Promise<KeyObject> {
  await answers(port);
  const { stdout } = await run('/usr/bin/python3', [script, String(port), rpId, pin], {
    seconds: 90,
  });
  const [x = '', y = ''] = stdout
    .trim()
    .split(' ')
    .map((hex) => Buffer.from(hex, 'hex').toString('base64url'));
  return createPublicKey({ key: { kty: 'EC', crv: 'P-256', x, y }, format: 'jwk' });
}

async function simulatedKey(memory: object, index: number): Promise<UsbKey> {
  const port = FIRST_PORT + index;
  const controlPort = 7101 + index;
  startAuthenticator({
    command: `"${process.execPath}" ${LAB}/simulator.mjs`,
    port,
    env: { CONTROL_PORT: String(controlPort), KEY: JSON.stringify(memory) },
  });
  const control = await controlOf(controlPort);
  await control.touchAutomatically(false);
  return usbKey(index, port, control);
}

function usbKey(index: number, port: number, control: Control | undefined): UsbKey {
  const product = `Lab key ${index + 1}`;
  let plugged: { gadget: ReturnType<typeof plugGadget>; stop: () => Promise<void> } | undefined;
  return {
    product,
    control,
    async plug() {
      if (plugged) return;
      await control?.insert('key');
      await answers(port);
      const gadget = plugGadget({ index, product });
      plugged = { gadget, stop: await bridge(`${LAB}/bridge.mjs`, gadget.device, port) };
      await gadget.hidraw();
    },
    async unplug() {
      if (!plugged) return;
      const { gadget, stop } = plugged;
      plugged = undefined;
      gadget.detach();
      await control?.remove();
      await stop();
      gadget.dismantle();
    },
    hidraw() {
      if (!plugged) throw new Error(`${product} is not plugged in`);
      return plugged.gadget.hidraw();
    },
  };
}

type Fixed = Pick<Bench, 'identity' | 'usb' | 'program'>;

function makeBench(fixed: Fixed): Bench {
  let client: Client | undefined;
  let attempts = 0;
  return {
    ...fixed,
    client: () => (client ??= startClient(fixed.program)),
    async begin() {
      await fixed.usb?.second.unplug();
      await fixed.usb?.first.plug();
      const mine = this.client();
      await until('the client to see one key', () => mine.keys().length === 1, 60);
      mine.clear();
      return mine;
    },
    discard() {
      client?.close();
      client = undefined;
    },
    nextAttempt: () => ++attempts,
  };
}
