// PIN/UV auth protocols one and two (CTAP 2.1 §6.5.6, §6.5.7), the key's side.
import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import { type CborMap, bytes, map } from './cbor.ts';
import { isBytes, need } from './parameters.ts';
import { Refusal, STATUS } from './status.ts';

export interface Secret {
  encrypt(text: Uint8Array): Uint8Array;
  decrypt(text: Uint8Array): Buffer;
  /** Throws unless `signature` is this secret's over `message`. */
  verify(message: Uint8Array, signature: Uint8Array): void;
}

export interface PinProtocol {
  readonly version: number;
  publicKey(): CborMap;
  /** regenerate (§6.5.5.1) */
  renew(): void;
  decapsulate(platformKey: CborMap): Secret;
  /** Throws unless `signature` is the token's over `message`. */
  verify(key: Uint8Array, message: Uint8Array, signature: Uint8Array): void;
}

const BLOCK = 16;

function crypt(key: Uint8Array, iv: Uint8Array, text: Uint8Array, way: 'in' | 'out'): Buffer {
  if (text.length === 0 || text.length % BLOCK !== 0) throw new Refusal(STATUS.invalidParameter);
  const create = way === 'in' ? createCipheriv : createDecipheriv;
  const cipher = create('aes-256-cbc', key, iv).setAutoPadding(false);
  return Buffer.concat([cipher.update(text), cipher.final()]);
}

function secretOne(shared: Buffer): Omit<Secret, 'verify'> & { readonly hmacKey: Uint8Array } {
  const key = createHash('sha256').update(shared).digest();
  const iv = Buffer.alloc(BLOCK);
  return {
    hmacKey: key,
    encrypt: (text) => bytes(crypt(key, iv, text, 'in')),
    decrypt: (text) => crypt(key, iv, text, 'out'),
  };
}

function secretTwo(shared: Buffer): ReturnType<typeof secretOne> {
  const derive = (info: string) =>
    new Uint8Array(hkdfSync('sha256', shared, Buffer.alloc(32), info, 32));
  const key = derive('CTAP2 AES key');
  return {
    hmacKey: derive('CTAP2 HMAC key'),
    encrypt(text) {
      const iv = randomBytes(BLOCK);
      return bytes(Buffer.concat([iv, crypt(key, iv, text, 'in')]));
    },
    decrypt(text) {
      if (text.length < 2 * BLOCK) throw new Refusal(STATUS.invalidParameter);
      return crypt(key, text.subarray(0, BLOCK), text.subarray(BLOCK), 'out');
    },
  };
}

export function pinProtocol(version: number): PinProtocol {
  let agreement = createECDH('prime256v1');
  agreement.generateKeys();

  const verify = (key: Uint8Array, message: Uint8Array, signature: Uint8Array) => {
    const mac = createHmac('sha256', key).update(message).digest();
    const expected = version === 1 ? mac.subarray(0, 16) : mac;
    if (signature.length !== expected.length || !timingSafeEqual(expected, signature)) {
      throw new Refusal(STATUS.pinAuthInvalid);
    }
  };

  return {
    version,
    verify,
    publicKey() {
      const point = agreement.getPublicKey();
      // §6.5.6: -25 although this is not the algorithm that is used.
      const coordinates = [point.subarray(1, 33), point.subarray(33)] as const;
      return map(
        [1, 2],
        [3, -25],
        [-1, 1],
        [-2, bytes(coordinates[0])],
        [-3, bytes(coordinates[1])],
      );
    },
    renew() {
      agreement = createECDH('prime256v1');
      agreement.generateKeys();
    },
    decapsulate(cose) {
      const point = Buffer.concat([Buffer.of(4), need(cose, -2, isBytes), need(cose, -3, isBytes)]);
      let shared: Buffer;
      try {
        shared = agreement.computeSecret(point);
      } catch {
        // §6.5.6: a point that is not on the curve.
        throw new Refusal(STATUS.invalidParameter);
      }
      const { hmacKey, ...secret } = version === 1 ? secretOne(shared) : secretTwo(shared);
      return {
        ...secret,
        verify: (message, signature) => verify(hmacKey, message, signature),
      };
    },
  };
}
