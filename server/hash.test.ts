import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { chainHash as anywhere } from '../common/event.ts';
import { chainHash, sha256 } from './hash.ts';

test('the chain hash is the one of the agent', () => {
  for (const length of [0, 1, 580, 65_536]) {
    const canonical = randomBytes(length);
    expect(chainHash(canonical)).toBe(anywhere(sha256, canonical));
  }
});
