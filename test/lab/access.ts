import assert from 'node:assert/strict';
import { createHash, randomBytes, verify } from 'node:crypto';
import type { KeyEvent } from '../../native/key-protocol.ts';
import { until } from '../support/station.ts';
import type { Bench } from './bench.ts';
import type { Client } from './client.ts';

const sha256 = (bytes: string | Uint8Array) => createHash('sha256').update(bytes).digest();

/** Opens the key and fetches everything that needs no PIN. */
export async function open(client: Client, bench: Bench, rpId = bench.identity.rpId) {
  const attempt = bench.nextAttempt();
  client.send({ kind: 'begin', attempt, rpId, known: [] });
  const ready = await client.next('ready', (event) => event.attempt === attempt);
  return { attempt, ready };
}

/** Types a PIN; answers with the hash of the client data that the key is to sign. */
export function typePin(client: Client, attempt: number, pin: string): Uint8Array {
  const clientDataHash = new Uint8Array(randomBytes(32));
  client.send({ kind: 'pin', attempt, pin: new TextEncoder().encode(pin), clientDataHash });
  return clientDataHash;
}

/** Touches the key when it asks; an authenticator without a hand of ours touches itself. */
export async function touch(client: Client, bench: Bench): Promise<void> {
  const hand = bench.usb?.first.control;
  if (!hand) return;
  await client.next('touch');
  assert(await hand.touch(), 'the key did not wait for a touch');
}

/** Key, PIN, touch: the whole access, its signature verified. Says how many reports it took. */
export async function access(client: Client, bench: Bench): Promise<string> {
  const { attempt } = await open(client, bench);
  const clientDataHash = typePin(client, attempt, bench.identity.pin);
  await touch(client, bench);
  return checkAssertion(await client.next('assertion'), clientDataHash, bench);
}

export function checkAssertion(
  { authenticatorData, signature, reports }: Extract<KeyEvent, { kind: 'assertion' }>,
  clientDataHash: Uint8Array,
  { identity: { rpId, publicKey } }: Bench,
): string {
  assert.deepEqual(Buffer.from(authenticatorData.subarray(0, 32)), sha256(rpId), 'RP ID hash');
  // User present and user verified (WebAuthn §6.1).
  assert.equal((authenticatorData[32] ?? 0) & 0x05, 0x05, 'flags UP and UV');
  const signed = Buffer.concat([authenticatorData, clientDataHash]);
  assert(verify('sha256', signed, publicKey, signature), 'the signature does not hold');
  return `${reports} reports after the PIN`;
}

/** Waits until the client sees so many keys. */
export const seesKeys = (client: Client, count: number) =>
  until(`the client to see ${count} keys`, () => client.keys().length === count, 60);
