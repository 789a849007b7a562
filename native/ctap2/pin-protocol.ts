import type { CtapCrypto } from './crypto-port.ts';

/** PIN/UV auth protocols (CTAP 2.1 §6.5.6, §6.5.7). */
export type PinProtocolNumber = 1 | 2;

/** What differs between the two: everything after the shared x-coordinate. */
export interface PinProtocol {
  readonly number: PinProtocolNumber;
  /** kdf: the secrets that follow from the shared x-coordinate; they may be the same bytes. */
  derive(crypto: CtapCrypto, shared: Uint8Array): { hmac: Uint8Array; aes: Uint8Array };
  encrypt(crypto: CtapCrypto, aes: Uint8Array, plain: Uint8Array): Uint8Array;
  /** Throws CtapLinkError for a ciphertext of an impossible length. */
  decrypt(crypto: CtapCrypto, aes: Uint8Array, cipher: Uint8Array): Uint8Array;
  authenticate(crypto: CtapCrypto, key: Uint8Array, message: Uint8Array): Uint8Array;
  isToken(token: Uint8Array): boolean;
}
