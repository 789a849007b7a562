import { type CborMap, type CborValue, asBytes, asMap, encodeCbor } from './cbor.ts';
import type { CtapHid, Patience } from './ctaphid.ts';
import { command, descriptor, map, need } from './message.ts';
import type { PinToken } from './shared-secret.ts';

export interface CredentialRequest {
  readonly clientDataHash: Uint8Array;
  readonly rp: { readonly id: string; readonly name: string };
  readonly user: { readonly id: Uint8Array; readonly name: string; readonly displayName: string };
  /** COSE algorithms (RFC 9053), best first. */
  readonly algorithms: readonly number[];
  /** Credentials that must not be on this key already. */
  readonly exclude: readonly Uint8Array[];
  /** CTAP 2.1 §12.1: 1 to 3; absent = the key's own default. */
  readonly credProtect?: 1 | 2 | 3;
  readonly discoverable: boolean;
  readonly token: PinToken;
}

export interface RawCredential {
  /** Attestation statement format, WebAuthn §8. */
  readonly format: string;
  readonly authenticatorData: Uint8Array;
  /** `attestationObject` of WebAuthn §6.5.4, canonical CBOR. */
  readonly attestationObject: Uint8Array;
}

const ES256 = -7;

/** authenticatorMakeCredential (CTAP 2.1 §6.1) */
export async function makeCredential(
  hid: CtapHid,
  request: CredentialRequest,
  patience: Patience,
): Promise<RawCredential> {
  const { rp, user, exclude, credProtect, token } = request;
  const answer = await command(
    hid,
    0x01,
    map(
      [0x01, request.clientDataHash],
      [0x02, map(['id', rp.id], ['name', rp.name])],
      [0x03, map(['id', user.id], ['name', user.name], ['displayName', user.displayName])],
      [0x04, request.algorithms.map(parameter)],
      ...(exclude.length === 0 ? [] : [[0x05, exclude.map(descriptor)] as const]),
      ...(credProtect === undefined ? [] : [[0x06, map(['credProtect', credProtect])] as const]),
      [0x07, map(['rk', request.discoverable])],
      [0x08, token.authenticate(request.clientDataHash)],
      [0x09, token.protocol],
    ),
    patience,
  );
  const format = need(asText(answer.get(0x01)), 'fmt');
  const authenticatorData = need(asBytes(answer.get(0x02)), 'authData');
  const statement = need(asMap(answer.get(0x03)), 'attStmt');
  const object = map(['fmt', format], ['attStmt', statement], ['authData', authenticatorData]);
  return { format, authenticatorData, attestationObject: encodeCbor(object) };
}

/**
 * Asks for a touch and for nothing else, on keys that do not know authenticatorSelection: an empty
 * pinUvAuthParam (§6.1.2 step 1) makes the key wait for a hand and then answer with an error.
 */
export function makeNothing(hid: CtapHid, patience: Patience): Promise<CborMap> {
  return command(
    hid,
    0x01,
    map(
      [0x01, new Uint8Array(32)],
      [0x02, map(['id', 'select.invalid'], ['name', 'select.invalid'])],
      [0x03, map(['id', Uint8Array.of(0)], ['name', 'select'], ['displayName', 'select'])],
      [0x04, [parameter(ES256)]],
      [0x08, new Uint8Array()],
      [0x09, 1],
    ),
    patience,
  );
}

const parameter = (alg: number): CborMap => map(['alg', alg], ['type', 'public-key']);
const asText = (value: CborValue | undefined) => (typeof value === 'string' ? value : undefined);
