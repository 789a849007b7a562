import { fromBase64url, toBase64url } from '../../common/bytes.ts';
import type { DirectorySnapshot } from '../../common/directory.ts';
import { type KeyCommand, MAX_KNOWN } from '../../native/key-protocol.ts';

type KnownKeys = Extract<KeyCommand, { kind: 'begin' }>['known'];

/** Active credentials of these members: their keys can prove themselves before a PIN goes out. */
export function knownKeys(
  directory: DirectorySnapshot | undefined,
  members: ReadonlySet<string>,
): KnownKeys {
  const known = directory?.credentials.filter(
    ({ active, member }) => active && members.has(member),
  );
  return (known ?? []).slice(0, MAX_KNOWN).map(({ id, publicKey }) => ({
    credentialId: fromBase64url(id),
    publicKey: fromBase64url(publicKey),
  }));
}

/** The member whose credential this is. */
export function ownerOf(
  directory: DirectorySnapshot | undefined,
  credentialId: Uint8Array,
): string | undefined {
  const id = toBase64url(credentialId);
  return directory?.credentials.find((known) => known.id === id)?.member;
}
