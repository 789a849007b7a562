import type { CtapCrypto } from './crypto-port.ts';
import { type CborMap, asBytes, asMap } from './cbor.ts';
import { map, need } from './message.ts';
import { CtapLinkError } from './status.ts';

/** A shared secret with one key (CTAP 2.1 §6.5.7, PIN/UV auth protocol 2). */
export interface SharedSecret {
  /** Our COSE key, for the `keyAgreement` parameter. */
  readonly platformKey: CborMap;
  encrypt(plain: Uint8Array): Uint8Array;
  decrypt(cipher: Uint8Array): Uint8Array;
  /** Overwrites the secret; nothing works after that. */
  forget(): void;
}

/** encapsulate (§6.5.6): ECDH with the key's public COSE key. */
export function encapsulate(crypto: CtapCrypto, keyAgreement: CborMap | undefined): SharedSecret {
  const peer = need(asMap(keyAgreement), 'keyAgreement');
  const x = need(asBytes(peer.get(-2)), 'keyAgreement x');
  const y = need(asBytes(peer.get(-3)), 'keyAgreement y');
  if (peer.get(1) !== 2 || peer.get(-1) !== 1 || x.length !== 32 || y.length !== 32) {
    throw new CtapLinkError('malformed', 'keyAgreement is not a P-256 key');
  }
  let own;
  try {
    own = crypto.ecdhP256({ x, y });
  } catch {
    throw new CtapLinkError('malformed', 'keyAgreement is not on the curve');
  }
  // §6.5.7: the HMAC half authenticates setPIN and changePIN only, which the access ceremony never sends.
  const aes = crypto.hkdfSha256(own.shared, 'CTAP2 AES key');
  own.shared.fill(0);
  return {
    platformKey: map([1, 2], [3, -25], [-1, 1], [-2, own.x], [-3, own.y]),
    encrypt(plain) {
      const iv = crypto.random(16);
      const cipher = crypto.aes256CbcEncrypt(aes, iv, plain);
      const out = new Uint8Array(iv.length + cipher.length);
      out.set(iv);
      out.set(cipher, iv.length);
      return out;
    },
    decrypt(cipher) {
      if (cipher.length < 32 || cipher.length % 16 !== 0) {
        throw new CtapLinkError('malformed', `ciphertext of ${cipher.length} bytes`);
      }
      return crypto.aes256CbcDecrypt(aes, cipher.subarray(0, 16), cipher.subarray(16));
    },
    forget() {
      aes.fill(0);
    },
  };
}
