import { createPublicKey, verify } from 'node:crypto';
import { toBase64url } from '../../common/bytes.ts';
import type { Ed25519Verify } from '../../common/signed-note.ts';

/** Ed25519 on node:crypto, for a raw public key of 32 bytes. */
export const verifyEd25519: Ed25519Verify = (publicKey, message, signature) => {
  const key = createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: toBase64url(publicKey) },
    format: 'jwk',
  });
  return verify(null, message, key, signature);
};
