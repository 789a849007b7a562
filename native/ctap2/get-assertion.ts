import { type CborMap, asBytes, asInteger, asMap } from './cbor.ts';
import type { CtapHid, Patience } from './ctaphid.ts';
import { command, descriptor, map, need } from './message.ts';
import type { PinToken } from './shared-secret.ts';

export interface RawAssertion {
  readonly credentialId: Uint8Array;
  readonly authenticatorData: Uint8Array;
  readonly signature: Uint8Array;
  /** Random, and only told for a discoverable credential after user verification. */
  readonly userHandle: Uint8Array | undefined;
  /** Discoverable credentials of this RP on the key. */
  readonly credentials: number;
}

export interface AssertionRequest {
  readonly rpId: string;
  readonly clientDataHash: Uint8Array;
  /** Without it the answer is not user-verified. */
  readonly token?: PinToken;
  /** Credentials that may answer; absent = any discoverable one. */
  readonly allow?: readonly Uint8Array[];
  /** false: silently, without a touch. */
  readonly touch: boolean;
}

/** authenticatorGetAssertion (CTAP 2.1 §6.2) */
export async function getAssertion(
  hid: CtapHid,
  { rpId, clientDataHash, token, allow, touch }: AssertionRequest,
  patience?: Patience,
): Promise<RawAssertion> {
  const answer = await command(
    hid,
    0x02,
    map(
      [0x01, rpId],
      [0x02, clientDataHash],
      ...(allow === undefined ? [] : [[0x03, allow.map(descriptor)] as const]),
      [0x05, map(['up', touch])],
      ...(token === undefined
        ? []
        : ([
            [0x06, token.authenticate(clientDataHash)],
            [0x07, token.protocol],
          ] as const)),
    ),
    patience,
  );
  return read(answer, allow);
}

/** authenticatorGetNextAssertion (§6.3): the next of `credentials`, without another touch. */
export async function getNextAssertion(hid: CtapHid): Promise<RawAssertion> {
  return read(await command(hid, 0x08), undefined);
}

function read(answer: CborMap, allow: readonly Uint8Array[] | undefined): RawAssertion {
  // §6.2.2 step 13: a key may leave the id out where one alone was allowed.
  const only = allow?.length === 1 ? allow[0] : undefined;
  return {
    credentialId: need(asBytes(asMap(answer.get(0x01))?.get('id')) ?? only, 'credential id'),
    authenticatorData: need(asBytes(answer.get(0x02)), 'authData'),
    signature: need(asBytes(answer.get(0x03)), 'signature'),
    userHandle: asBytes(asMap(answer.get(0x04))?.get('id')),
    credentials: asInteger(answer.get(0x05)) ?? 1,
  };
}
