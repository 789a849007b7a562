import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createHmac,
  createPublicKey,
  hkdfSync,
  randomBytes,
  verify,
} from 'node:crypto';
import type { CtapCrypto } from './ctap2/crypto-port.ts';

const plain = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);

/** A plain copy; the original, which may be a secret, is overwritten. */
function moved(original: Buffer, finish?: () => Buffer): Uint8Array<ArrayBuffer> {
  const copy = plain(original);
  original.fill(0);
  // Without padding there is nothing left in the cipher; asking it makes sure of whole blocks.
  if (finish && finish().length > 0) throw new Error('the cipher kept bytes back');
  return copy;
}

/** The key layer's primitives on node:crypto. */
export const nodeCrypto: CtapCrypto = {
  sha256: (bytes) => plain(createHash('sha256').update(bytes).digest()),
  hmacSha256: (key, message) => plain(createHmac('sha256', key).update(message).digest()),
  hkdfSha256: (secret, info) =>
    new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(32), info, 32)),
  aes256CbcEncrypt(key, iv, text) {
    const cipher = createCipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
    return moved(cipher.update(text), () => cipher.final());
  },
  aes256CbcDecrypt(key, iv, text) {
    const decipher = createDecipheriv('aes-256-cbc', key, iv).setAutoPadding(false);
    return moved(decipher.update(text), () => decipher.final());
  },
  random: (length) => plain(randomBytes(length)),
  ecdhP256({ x, y }) {
    const ecdh = createECDH('prime256v1');
    const own = ecdh.generateKeys();
    const shared = moved(ecdh.computeSecret(Buffer.concat([Buffer.of(4), x, y])));
    return { x: plain(own.subarray(1, 33)), y: plain(own.subarray(33)), shared };
  },
  verifyP256({ x, y }, message, signature) {
    const text = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
    const jwk = { kty: 'EC', crv: 'P-256', x: text(x), y: text(y) };
    let key;
    try {
      key = createPublicKey({ key: jwk, format: 'jwk' });
    } catch {
      // Not a point of the curve: nothing is signed by it.
      return false;
    }
    return verify('sha256', message, key, signature);
  },
};
