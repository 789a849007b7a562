import { asBytes, asInteger, asMap } from './cbor.ts';
import { PIN_PROTOCOL, pinAuth } from './client-pin.ts';
import type { CtapCrypto } from './crypto-port.ts';
import type { CtapHid, Patience } from './ctaphid.ts';
import { command, map, need } from './message.ts';

export interface RawAssertion {
  readonly credentialId: Uint8Array;
  readonly authenticatorData: Uint8Array;
  readonly signature: Uint8Array;
  readonly userHandle: Uint8Array;
  /** Discoverable credentials of this RP on the key. */
  readonly credentials: number;
}

/** authenticatorGetAssertion (CTAP 2.1 §6.2) for a discoverable credential, with touch and PIN token. */
export async function getAssertion(
  hid: CtapHid,
  crypto: CtapCrypto,
  request: {
    readonly rpId: string;
    readonly clientDataHash: Uint8Array;
    readonly token: Uint8Array;
  },
  patience: Patience,
): Promise<RawAssertion> {
  const answer = await command(
    hid,
    0x02,
    map(
      [0x01, request.rpId],
      [0x02, request.clientDataHash],
      [0x05, map(['up', true])],
      [0x06, pinAuth(crypto, request.token, request.clientDataHash)],
      [0x07, PIN_PROTOCOL],
    ),
    patience,
  );
  return {
    credentialId: need(asBytes(asMap(answer.get(0x01))?.get('id')), 'credential id'),
    authenticatorData: need(asBytes(answer.get(0x02)), 'authData'),
    signature: need(asBytes(answer.get(0x03)), 'signature'),
    userHandle: need(asBytes(asMap(answer.get(0x04))?.get('id')), 'user id'),
    credentials: asInteger(answer.get(0x05)) ?? 1,
  };
}
