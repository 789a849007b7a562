import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Store, openStore } from '../store/store.ts';
import { NONCE_LIFE_MS, createNonces } from './nonces.ts';

const key = new Uint8Array(32).fill(7);
let data: string;
let store: Store;
let now: number;
beforeEach(async () => {
  data = await mkdtemp(path.join(tmpdir(), 'wardlock-nonces-'));
  store = await openStore({ data });
  now = 1_000_000;
});
afterEach(async () => {
  await store.close();
  await rm(data, { recursive: true });
});

const noncesOf = (secret: Uint8Array) => createNonces(secret, store.nonces, () => now);

test('a nonce is fresh for five minutes and not a millisecond longer', async () => {
  const nonces = noncesOf(key);
  const [early, late] = [nonces.issue(), nonces.issue()];
  now += NONCE_LIFE_MS - 1;
  expect(await nonces.spend(early)).toBe(true);
  now += 1;
  expect(await nonces.spend(late)).toBe(false);
});

test('a nonce is spent once, also when two servers get it at the same time', async () => {
  const [here, there] = [noncesOf(key), noncesOf(key)];
  const nonce = here.issue();
  const outcomes = await Promise.all([here.spend(nonce), there.spend(nonce), here.spend(nonce)]);
  expect(outcomes.filter(Boolean)).toHaveLength(1);
  expect(await there.spend(here.issue())).toBe(true);
});

test('spent nonces are forgotten in the end, and not while another server may find them fresh', async () => {
  const [nonces, behind] = [noncesOf(key), createNonces(key, store.nonces, () => 1_000_000)];
  const nonce = nonces.issue();
  expect(await nonces.spend(nonce)).toBe(true);
  now += 2 * NONCE_LIFE_MS;
  expect(await nonces.spend(nonces.issue())).toBe(true);
  expect(await behind.spend(nonce)).toBe(false);
  now += 60 * 60_000;
  expect(await nonces.spend(nonces.issue())).toBe(true);
  // Gone: the store alone would take it again.
  expect(await store.nonces.spend(nonce, now)).toBe(true);
});

test('no changed byte, other key or other length passes', async () => {
  const nonces = noncesOf(key);
  const good = nonces.issue();
  const bytes = Buffer.from(good, 'base64url');
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(await nonces.spend(changed.toString('base64url')), `byte ${at}`).toBe(false);
  }
  expect(await nonces.spend(noncesOf(new Uint8Array(32).fill(8)).issue())).toBe(false);
  expect(await nonces.spend('')).toBe(false);
  expect(await nonces.spend(bytes.subarray(1).toString('base64url'))).toBe(false);
  expect(await nonces.spend(good)).toBe(true);
});
