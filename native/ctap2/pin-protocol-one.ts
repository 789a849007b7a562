import type { PinProtocol } from './pin-protocol.ts';
import { CtapLinkError } from './status.ts';

const NO_IV = new Uint8Array(16);

/** PIN/UV auth protocol 1 (CTAP 2.1 §6.5.6): one secret for both, no IV, half an HMAC. */
export const protocolOne: PinProtocol = {
  number: 1,
  derive(crypto, shared) {
    const secret = crypto.sha256(shared);
    return { hmac: secret, aes: secret };
  },
  encrypt: (crypto, aes, plain) => crypto.aes256CbcEncrypt(aes, NO_IV, plain),
  decrypt(crypto, aes, cipher) {
    if (cipher.length === 0 || cipher.length % 16 !== 0) {
      throw new CtapLinkError('malformed', `ciphertext of ${cipher.length} bytes`);
    }
    return crypto.aes256CbcDecrypt(aes, NO_IV, cipher);
  },
  authenticate: (crypto, key, message) => crypto.hmacSha256(key, message).slice(0, 16),
  isToken: ({ length }) => length === 16 || length === 32,
};
