import { type CborMap, type CborValue, asBytes, asInteger, asMap, encodeCbor } from './cbor.ts';
import type { CtapHid } from './ctaphid.ts';
import { command, concatenated, descriptor, map, need } from './message.ts';
import type { PinToken } from './shared-secret.ts';
import { CtapLinkError, CtapStatusError, STATUS } from './status.ts';

/** authenticatorCredentialManagement (CTAP 2.1 §6.8); the preview under 0x41 differs in its number only. */
const SUB_COMMAND = {
  RPS_BEGIN: 0x02,
  RPS_NEXT: 0x03,
  CREDENTIALS_BEGIN: 0x04,
  CREDENTIALS_NEXT: 0x05,
  DELETE: 0x06,
} as const;

/** No key holds more: a count above it is a lie that would keep us busy. */
const MAX_ENTRIES = 1_000;

/** A key whose PIN has opened its list of credentials. `code` is `AuthenticatorInfo.credentialManagement`. */
export interface ManagedKey {
  readonly hid: CtapHid;
  readonly code: number;
  readonly token: PinToken;
}

export interface StoredRp {
  /** Keys may cut long ones. */
  readonly id: string | undefined;
  readonly idHash: Uint8Array;
}

export interface StoredCredential {
  readonly credentialId: Uint8Array;
  readonly userHandle: Uint8Array;
  /** COSE_Key, canonical CBOR. */
  readonly publicKey: Uint8Array;
  readonly credProtect: number | undefined;
}

/** The RPs that have discoverable credentials on this key. */
export async function enumerateRps(key: ManagedKey): Promise<readonly StoredRp[]> {
  const answers = await enumerate(key, SUB_COMMAND.RPS_BEGIN, undefined, {
    next: SUB_COMMAND.RPS_NEXT,
    total: 0x05,
  });
  return answers.map((answer) => {
    const id = asMap(answer.get(0x03))?.get('id');
    return {
      id: typeof id === 'string' ? id : undefined,
      idHash: need(asBytes(answer.get(0x04)), 'rpIDHash'),
    };
  });
}

/** The credentials of one RP, named by the SHA-256 of its id. */
export async function enumerateCredentials(
  key: ManagedKey,
  rpIdHash: Uint8Array,
): Promise<readonly StoredCredential[]> {
  const answers = await enumerate(key, SUB_COMMAND.CREDENTIALS_BEGIN, map([0x01, rpIdHash]), {
    next: SUB_COMMAND.CREDENTIALS_NEXT,
    total: 0x09,
  });
  return answers.map((answer) => ({
    userHandle: need(asBytes(asMap(answer.get(0x06))?.get('id')), 'user id'),
    credentialId: need(asBytes(asMap(answer.get(0x07))?.get('id')), 'credential id'),
    publicKey: encodeCbor(need(asMap(answer.get(0x08)), 'publicKey')),
    credProtect: asInteger(answer.get(0x0a)),
  }));
}

/** Deletes one credential for good. */
export async function deleteCredential(key: ManagedKey, credentialId: Uint8Array): Promise<void> {
  await authenticated(key, SUB_COMMAND.DELETE, map([0x02, descriptor(credentialId)]));
}

async function enumerate(
  key: ManagedKey,
  begin: number,
  parameters: CborMap | undefined,
  { next, total }: { readonly next: number; readonly total: number },
): Promise<readonly CborMap[]> {
  let first;
  try {
    first = await authenticated(key, begin, parameters);
  } catch (error) {
    // §6.8.3, §6.8.4: none at all is told as an error.
    const isEmpty = error instanceof CtapStatusError && error.status === STATUS.NO_CREDENTIALS;
    if (isEmpty) return [];
    throw error;
  }
  const count = need(asInteger(first.get(total)), 'total');
  if (count === 0) return [];
  if (count < 0 || count > MAX_ENTRIES) throw new CtapLinkError('malformed', `${count} entries`);
  const answers = [first];
  while (answers.length < count) {
    answers.push(await command(key.hid, key.code, map([0x01, next])));
  }
  return answers;
}

function authenticated(
  { hid, code, token }: ManagedKey,
  subCommand: number,
  parameters: CborMap | undefined,
): Promise<CborMap> {
  const encoded = parameters === undefined ? new Uint8Array() : encodeCbor(parameters);
  const request: (readonly [number, CborValue])[] = [[0x01, subCommand]];
  if (parameters !== undefined) request.push([0x02, parameters]);
  request.push(
    [0x03, token.protocol],
    [0x04, token.authenticate(concatenated(Uint8Array.of(subCommand), encoded))],
  );
  return command(hid, code, map(...request));
}
