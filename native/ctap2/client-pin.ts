import { asBytes, asInteger, asMap } from './cbor.ts';
import type { CtapCrypto } from './crypto-port.ts';
import type { CtapHid } from './ctaphid.ts';
import { command, map, need } from './message.ts';
import { type SharedSecret, encapsulate } from './pin-protocol-two.ts';
import { CtapLinkError } from './status.ts';

/** authenticatorClientPIN (CTAP 2.1 §6.5.5) with PIN/UV auth protocol 2. */
const CLIENT_PIN = 0x06;
const PROTOCOL = 2;
const PERMISSION_GET_ASSERTION = 0x02;

export interface PinRetries {
  readonly retries: number;
  /** Three mismatches in a row: the key must be taken out and put back first. */
  readonly needsReinsert: boolean;
}

/** getPINRetries (§6.5.5.2) */
export async function getPinRetries(hid: CtapHid): Promise<PinRetries> {
  const answer = await command(hid, CLIENT_PIN, map([0x01, PROTOCOL], [0x02, 0x01]));
  return {
    retries: need(asInteger(answer.get(0x03)), 'pinRetries'),
    needsReinsert: answer.get(0x04) === true,
  };
}

/** §6.5.5.4, and the key agreement that follows from it. */
export async function getKeyAgreement(hid: CtapHid, crypto: CtapCrypto): Promise<SharedSecret> {
  const answer = await command(hid, CLIENT_PIN, map([0x01, PROTOCOL], [0x02, 0x02]));
  return encapsulate(crypto, asMap(answer.get(0x01)));
}

/**
 * getPinUvAuthTokenUsingPinWithPermissions (§6.5.5.7.2) for one assertion at this RP, or getPinToken
 * (§6.5.5.7.1) where the key has no permissions. `pin` is UTF-8 and is overwritten.
 */
export async function getPinToken(
  hid: CtapHid,
  crypto: CtapCrypto,
  secret: SharedSecret,
  pin: Uint8Array,
  rpId: string | undefined,
): Promise<Uint8Array> {
  const digest = crypto.sha256(pin);
  pin.fill(0);
  const hash = digest.slice(0, 16);
  digest.fill(0);
  const encrypted = secret.encrypt(hash);
  hash.fill(0);
  const parameters = [
    [0x01, PROTOCOL],
    [0x02, rpId === undefined ? 0x05 : 0x09],
    [0x03, secret.platformKey],
    [0x06, encrypted],
    ...(rpId === undefined
      ? []
      : ([
          [0x09, PERMISSION_GET_ASSERTION],
          [0x0a, rpId],
        ] as const)),
  ] as const;
  const answer = await command(hid, CLIENT_PIN, map(...parameters));
  const token = secret.decrypt(need(asBytes(answer.get(0x02)), 'pinUvAuthToken'));
  // §6.5.7: a protocol 2 token is 32 bytes.
  if (token.length !== 32) throw new CtapLinkError('malformed', `token of ${token.length} bytes`);
  return token;
}

/** authenticate (§6.5.7): what goes into `pinUvAuthParam`. */
export const pinAuth = (crypto: CtapCrypto, token: Uint8Array, message: Uint8Array): Uint8Array =>
  crypto.hmacSha256(token, message);

export const PIN_PROTOCOL = PROTOCOL;
