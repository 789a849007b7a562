import { fromBase64url, toBase64url } from '../../common/bytes.ts';
import type { DirectorySnapshot } from '../../common/directory.ts';
import { type KeyCommand, MAX_KNOWN } from '../../native/key-protocol.ts';

type KnownKeys = Pick<Extract<KeyCommand, { kind: 'begin' }>, 'known' | 'mustProve'>;

/**
 * The credentials that a key may prove before a PIN goes out: first those of these members. Where all of the
 * directory fits, a key must prove one of them; also one that is not active, whose member is then told so.
 */
export function knownKeys(
  directory: DirectorySnapshot | undefined,
  members: ReadonlySet<string>,
): KnownKeys {
  const all = directory?.credentials ?? [];
  const isFirst = (member: string) => members.has(member);
  const ordered = [
    ...all.filter(({ member }) => isFirst(member)),
    ...all.filter(({ member }) => !isFirst(member)),
  ];
  return {
    known: ordered.slice(0, MAX_KNOWN).map(({ id, publicKey }) => ({
      credentialId: fromBase64url(id),
      publicKey: fromBase64url(publicKey),
    })),
    mustProve: directory !== undefined && ordered.length <= MAX_KNOWN,
  };
}

/** Whose of these members this credential is: whoever is not here is not named to whoever holds their key. */
export function ownerOf(
  directory: DirectorySnapshot | undefined,
  members: ReadonlySet<string>,
  credentialId: Uint8Array | undefined,
): { readonly member: string; readonly credential: string } | undefined {
  if (credentialId === undefined) return undefined;
  const credential = toBase64url(credentialId);
  const member = directory?.credentials.find((known) => known.id === credential)?.member;
  return member !== undefined && members.has(member) ? { member, credential } : undefined;
}
