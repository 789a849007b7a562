import { expect, it } from 'vitest';
import { fromBase64url } from '../../common/bytes.ts';
import type { DirectorySnapshot } from '../../common/directory.ts';
import { MAX_KNOWN } from '../../native/key-protocol.ts';
import { knownKeys, ownerOf } from './known-keys.ts';

const credential = (id: string, member: string, active = true) => ({
  id,
  member,
  active,
  publicKey: 'cHVibGlj',
});
const directoryOf = (...credentials: ReturnType<typeof credential>[]) =>
  ({ credentials }) as unknown as DirectorySnapshot;
const directory = directoryOf(
  credential('Y2hlbg', 'chen'),
  credential('bWFyaWE', 'maria'),
  credential('c3BhcmU', 'maria'),
  credential('bG9zdA', 'chen', false),
);
const ids = ({ known }: ReturnType<typeof knownKeys>) =>
  known.map(({ credentialId }) => credentialId);

it('names every credential, those of the members who are here first, and wants one proved', () => {
  const keys = knownKeys(directory, new Set(['maria']));
  expect(ids(keys)).toEqual(['bWFyaWE', 'c3BhcmU', 'Y2hlbg', 'bG9zdA'].map(fromBase64url));
  expect(keys.mustProve).toBe(true);
});

it('wants nothing proved of a directory that it does not know, or cannot name whole', () => {
  expect(knownKeys(undefined, new Set(['maria']))).toEqual({ known: [], mustProve: false });
  const many = Array.from({ length: MAX_KNOWN }, (_, n) =>
    credential(Buffer.from([n]).toString('base64url'), 'chen'),
  );
  expect(knownKeys(directoryOf(...many), new Set()).mustProve).toBe(true);
  const more = knownKeys(directoryOf(...many, credential('bWFyaWE', 'maria')), new Set(['maria']));
  expect(more.mustProve).toBe(false);
  expect(ids(more)).toHaveLength(MAX_KNOWN);
  expect(ids(more)[0]).toEqual(fromBase64url('bWFyaWE'));
});

it('knows whose credential it is, and tells it of those who are here', () => {
  const chen = fromBase64url('Y2hlbg');
  expect(ownerOf(directory, new Set(['chen']), chen)).toEqual({
    member: 'chen',
    credential: 'Y2hlbg',
  });
  expect(ownerOf(directory, new Set(['maria']), chen)).toBeUndefined();
  expect(ownerOf(directory, new Set(['chen']), undefined)).toBeUndefined();
  expect(ownerOf(directory, new Set(['chen']), fromBase64url('bm9ib2R5'))).toBeUndefined();
});
