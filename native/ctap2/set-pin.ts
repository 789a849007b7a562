import { SUB_COMMAND, clientPin } from './client-pin.ts';
import type { CtapCrypto } from './crypto-port.ts';
import type { CtapHid } from './ctaphid.ts';
import { concatenated } from './message.ts';
import { pinHash } from './pin-token.ts';
import type { SharedSecret } from './shared-secret.ts';

/** CTAP 2.1 §6.5.1: a PIN has at least four code points and at most 63 bytes of UTF-8. */
export const MIN_PIN_CODE_POINTS = 4;
export const MAX_PIN_BYTES = 63;
/** §6.5.5.5: padded with zeros, so that its length is not told. */
const PADDED_BYTES = 64;

/** Code points of UTF-8 text: every byte that does not continue one. */
export const codePoints = (text: Uint8Array): number =>
  text.reduce((count, byte) => ((byte & 0xc0) === 0x80 ? count : count + 1), 0);

function encryptedPin(secret: SharedSecret, pin: Uint8Array): Uint8Array {
  if (codePoints(pin) < MIN_PIN_CODE_POINTS || pin.length > MAX_PIN_BYTES) {
    pin.fill(0);
    throw new RangeError('a PIN that no key may take');
  }
  const padded = new Uint8Array(PADDED_BYTES);
  padded.set(pin);
  pin.fill(0);
  const encrypted = secret.encrypt(padded);
  padded.fill(0);
  return encrypted;
}

/** setPIN (§6.5.5.5) on a key that has none. `pin` is UTF-8 and is overwritten. */
export async function setPin(hid: CtapHid, secret: SharedSecret, pin: Uint8Array): Promise<void> {
  const encrypted = encryptedPin(secret, pin);
  await clientPin(hid, secret.protocol, SUB_COMMAND.SET_PIN, [
    [0x03, secret.platformKey],
    [0x04, secret.authenticate(encrypted)],
    [0x05, encrypted],
  ]);
}

/** changePIN (§6.5.5.6). Both PINs are UTF-8 and are overwritten. A wrong `current` costs a try. */
export async function changePin(
  hid: CtapHid,
  crypto: CtapCrypto,
  secret: SharedSecret,
  { current, next }: { readonly current: Uint8Array; readonly next: Uint8Array },
): Promise<void> {
  const hash = pinHash(crypto, current);
  try {
    const encrypted = encryptedPin(secret, next);
    const encryptedHash = secret.encrypt(hash);
    await clientPin(hid, secret.protocol, SUB_COMMAND.CHANGE_PIN, [
      [0x03, secret.platformKey],
      [0x04, secret.authenticate(concatenated(encrypted, encryptedHash))],
      [0x05, encrypted],
      [0x06, encryptedHash],
    ]);
  } finally {
    hash.fill(0);
  }
}
