import { expect, test } from 'vitest';
import { NONCE_LIFE_MS, createNonces } from './nonces.ts';

const key = new Uint8Array(32).fill(7);

test('a nonce is fresh for five minutes and not a millisecond longer', () => {
  let now = 1_000_000;
  const nonces = createNonces(key, () => now);
  const nonce = nonces.issue();
  now += NONCE_LIFE_MS - 1;
  expect(nonces.isFresh(nonce)).toBe(true);
  now += 1;
  expect(nonces.isFresh(nonce)).toBe(false);
});

test('no changed byte, other key or other length passes', () => {
  const nonces = createNonces(key, () => 1_000_000);
  const bytes = Buffer.from(nonces.issue(), 'base64url');
  for (let at = 0; at < bytes.length; at++) {
    const changed = Buffer.from(bytes);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(nonces.isFresh(changed.toString('base64url')), `byte ${at}`).toBe(false);
  }
  const other = createNonces(new Uint8Array(32).fill(8), () => 1_000_000);
  expect(nonces.isFresh(other.issue())).toBe(false);
  expect(nonces.isFresh('')).toBe(false);
  expect(nonces.isFresh(bytes.subarray(1).toString('base64url'))).toBe(false);
});
