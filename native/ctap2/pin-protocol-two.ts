import type { PinProtocol } from './pin-protocol.ts';
import { CtapLinkError } from './status.ts';

/** PIN/UV auth protocol 2 (CTAP 2.1 §6.5.7): two secrets by HKDF, a random IV before each ciphertext. */
export const protocolTwo: PinProtocol = {
  number: 2,
  derive: (crypto, shared) => ({
    hmac: crypto.hkdfSha256(shared, 'CTAP2 HMAC key'),
    aes: crypto.hkdfSha256(shared, 'CTAP2 AES key'),
  }),
  encrypt(crypto, aes, plain) {
    const iv = crypto.random(16);
    const cipher = crypto.aes256CbcEncrypt(aes, iv, plain);
    const out = new Uint8Array(iv.length + cipher.length);
    out.set(iv);
    out.set(cipher, iv.length);
    return out;
  },
  decrypt(crypto, aes, cipher) {
    if (cipher.length < 32 || cipher.length % 16 !== 0) {
      throw new CtapLinkError('malformed', `ciphertext of ${cipher.length} bytes`);
    }
    return crypto.aes256CbcDecrypt(aes, cipher.subarray(0, 16), cipher.subarray(16));
  },
  authenticate: (crypto, key, message) => crypto.hmacSha256(key, message),
  isToken: ({ length }) => length === 32,
};
