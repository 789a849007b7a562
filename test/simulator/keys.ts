import {
  type KeyObject,
  createECDH,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
} from 'node:crypto';
import { bytes, map } from './cbor.ts';
import { base64url } from './parameters.ts';

/** A fresh P-256 private key, PKCS8, base64url. */
export const newPrivateKey = (): string =>
  base64url(
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({
      format: 'der',
      type: 'pkcs8',
    }),
  );

export const openPrivateKey = (pkcs8: string): KeyObject =>
  createPrivateKey({ key: Buffer.from(pkcs8, 'base64url'), format: 'der', type: 'pkcs8' });

/** The uncompressed point's coordinates, 32 bytes each. */
export function pointOf(key: KeyObject): { readonly x: Uint8Array; readonly y: Uint8Array } {
  const jwk = createPublicKey(key).export({ format: 'jwk' });
  const coordinate = (value: string | undefined) => bytes(Buffer.from(value ?? '', 'base64url'));
  return { x: coordinate(jwk.x), y: coordinate(jwk.y) };
}

/** The public half as a COSE_Key for ES256. */
export function cosePublicKey(pkcs8: string) {
  const { x, y } = pointOf(openPrivateKey(pkcs8));
  return map([1, 2], [3, -7], [-1, 1], [-2, x], [-3, y]);
}

export const signWith = (pkcs8: string, message: Uint8Array): Uint8Array =>
  bytes(sign('sha256', message, openPrivateKey(pkcs8)));

/** Always the same key for the same seed of 32 bytes: for roots that tests pin. Never for a secret. */
export function keyFromSeed(seed: Uint8Array): KeyObject {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(seed);
  const point = ecdh.getPublicKey();
  return createPrivateKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      d: base64url(seed),
      x: base64url(point.subarray(1, 33)),
      y: base64url(point.subarray(33)),
    },
  });
}
