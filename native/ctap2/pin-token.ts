import { type CborMap, asBytes } from './cbor.ts';
import { SUB_COMMAND, clientPin } from './client-pin.ts';
import type { CtapCrypto } from './crypto-port.ts';
import type { CtapHid, Patience } from './ctaphid.ts';
import { need } from './message.ts';
import type { PinToken, SharedSecret } from './shared-secret.ts';

/** What a token is good for (CTAP 2.1 §6.5.5.7); bits, may be combined. */
export const PERMISSION = {
  MAKE_CREDENTIAL: 0x01,
  GET_ASSERTION: 0x02,
  CREDENTIAL_MANAGEMENT: 0x04,
  AUTHENTICATOR_CONFIGURATION: 0x20,
} as const;

export interface Permissions {
  readonly bits: number;
  /** Required for makeCredential and getAssertion; narrows credential management. */
  readonly rpId?: string;
}

/** The left half of SHA-256 of the PIN (UTF-8, overwritten). The caller overwrites the hash. */
export function pinHash(crypto: CtapCrypto, pin: Uint8Array): Uint8Array {
  const digest = crypto.sha256(pin);
  pin.fill(0);
  const hash = digest.slice(0, 16);
  digest.fill(0);
  return hash;
}

function encryptedPinHash(crypto: CtapCrypto, secret: SharedSecret, pin: Uint8Array): Uint8Array {
  const hash = pinHash(crypto, pin);
  const encrypted = secret.encrypt(hash);
  hash.fill(0);
  return encrypted;
}

const tokenOf = (secret: SharedSecret, answer: CborMap): PinToken =>
  secret.token(need(asBytes(answer.get(0x02)), 'pinUvAuthToken'));

const granted = ({ bits, rpId }: Permissions) =>
  [[0x09, bits] as const, ...(rpId === undefined ? [] : [[0x0a, rpId] as const])] as const;

/** getPinToken (§6.5.5.7.1), for keys without permissions. `pin` is UTF-8 and is overwritten. */
export async function getPinToken(
  hid: CtapHid,
  crypto: CtapCrypto,
  secret: SharedSecret,
  pin: Uint8Array,
): Promise<PinToken> {
  const answer = await clientPin(hid, secret.protocol, SUB_COMMAND.GET_PIN_TOKEN, [
    [0x03, secret.platformKey],
    [0x06, encryptedPinHash(crypto, secret, pin)],
  ]);
  return tokenOf(secret, answer);
}

/** getPinUvAuthTokenUsingPinWithPermissions (§6.5.5.7.2). `pin` is UTF-8 and is overwritten. */
export async function getTokenUsingPin(
  hid: CtapHid,
  crypto: CtapCrypto,
  secret: SharedSecret,
  pin: Uint8Array,
  permissions: Permissions,
): Promise<PinToken> {
  const answer = await clientPin(hid, secret.protocol, SUB_COMMAND.GET_TOKEN_USING_PIN, [
    [0x03, secret.platformKey],
    [0x06, encryptedPinHash(crypto, secret, pin)],
    ...granted(permissions),
  ]);
  return tokenOf(secret, answer);
}

/** getPinUvAuthTokenUsingUvWithPermissions (§6.5.5.7.3): the finger on the key stands for the PIN. */
export async function getTokenUsingUv(
  hid: CtapHid,
  secret: SharedSecret,
  permissions: Permissions,
  patience: Patience,
): Promise<PinToken> {
  const answer = await clientPin(
    hid,
    secret.protocol,
    SUB_COMMAND.GET_TOKEN_USING_UV,
    [[0x03, secret.platformKey], ...granted(permissions)],
    patience,
  );
  return tokenOf(secret, answer);
}
