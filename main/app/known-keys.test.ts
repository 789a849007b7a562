import { expect, it } from 'vitest';
import { fromBase64url } from '../../common/bytes.ts';
import type { DirectorySnapshot } from '../../common/directory.ts';
import { knownKeys, ownerOf } from './known-keys.ts';

const credential = (id: string, member: string, active = true) => ({
  id,
  member,
  active,
  publicKey: 'cHVibGlj',
});
const directory = {
  credentials: [
    credential('bWFyaWE', 'maria'),
    credential('c3BhcmU', 'maria'),
    credential('bG9zdA', 'maria', false),
    credential('Y2hlbg', 'chen'),
  ],
} as unknown as DirectorySnapshot;

it('names the active credentials of those members, spare keys included', () => {
  expect(knownKeys(directory, new Set(['maria'])).map(({ credentialId }) => credentialId)).toEqual(
    ['bWFyaWE', 'c3BhcmU'].map(fromBase64url),
  );
  expect(knownKeys(directory, new Set())).toEqual([]);
  expect(knownKeys(undefined, new Set(['maria']))).toEqual([]);
});

it('knows whose credential it is', () => {
  expect(ownerOf(directory, fromBase64url('Y2hlbg'))).toBe('chen');
  expect(ownerOf(directory, fromBase64url('bm9ib2R5'))).toBeUndefined();
});
