import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { toBase64url } from '../../common/bytes.ts';

/**
 * Request nonces without a store (RFC 9449 §8): expiry ‖ random ‖ HMAC-SHA256 of both. A station needs
 * no right clock, because the server reads the expiry off its own nonce.
 */
export interface Nonces {
  issue(): string;
  isFresh(nonce: string): boolean;
}

export const NONCE_LIFE_MS = 5 * 60_000;
const EXPIRY_BYTES = 8;
const HEAD_BYTES = EXPIRY_BYTES + 8;
const NONCE_LENGTH = HEAD_BYTES + 32;

export function createNonces(key: Uint8Array, now: () => number): Nonces {
  const mac = (head: Uint8Array) =>
    createHmac('sha256', key).update('wardlock/nonce/1').update(head).digest();
  return {
    issue() {
      const head = Buffer.alloc(HEAD_BYTES);
      head.writeBigUInt64BE(BigInt(now() + NONCE_LIFE_MS));
      randomBytes(HEAD_BYTES - EXPIRY_BYTES).copy(head, EXPIRY_BYTES);
      return toBase64url(Buffer.concat([head, mac(head)]));
    },
    isFresh(nonce) {
      const bytes = Buffer.from(nonce, 'base64url');
      if (bytes.length !== NONCE_LENGTH) return false;
      const head = bytes.subarray(0, HEAD_BYTES);
      return (
        timingSafeEqual(bytes.subarray(HEAD_BYTES), mac(head)) &&
        head.readBigUInt64BE() > BigInt(now())
      );
    },
  };
}
