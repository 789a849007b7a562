import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { toBase64url } from '../../common/bytes.ts';
import type { SpentNonces } from '../store/spent-nonces.ts';

/**
 * Request nonces (RFC 9449 §8): expiry ‖ random ‖ HMAC-SHA256 of both. Issuing one stores nothing, and a
 * station needs no right clock, because the server reads the expiry off its own nonce.
 */
export interface Nonces {
  issue(): string;
  /** True once for each nonce that is still fresh (RFC 9449 §11.1), for all server processes together. */
  spend(nonce: string): Promise<boolean>;
  /** When it was issued, ms, by the clock of the process that did; undefined = we did not. */
  issuedAt(nonce: string): number | undefined;
}

export const NONCE_LIFE_MS = 5 * 60_000;
const EXPIRY_BYTES = 8;
const HEAD_BYTES = EXPIRY_BYTES + 8;
const NONCE_LENGTH = HEAD_BYTES + 32;
/** Spent nonces are kept this much longer than they are fresh: another server's clock may be behind. */
const KEPT_LONGER_MS = 60 * 60_000;

export function createNonces(key: Uint8Array, spent: SpentNonces, now: () => number): Nonces {
  let tidyAt = 0;
  const mac = (head: Uint8Array) =>
    createHmac('sha256', key).update('wardlock/nonce/1').update(head).digest();

  /** ms; undefined = we did not issue it. */
  function freshUntil(nonce: string): number | undefined {
    const bytes = Buffer.from(nonce, 'base64url');
    if (bytes.length !== NONCE_LENGTH) return undefined;
    const head = bytes.subarray(0, HEAD_BYTES);
    return timingSafeEqual(bytes.subarray(HEAD_BYTES), mac(head))
      ? Number(head.readBigUInt64BE())
      : undefined;
  }

  return {
    issue() {
      const head = Buffer.alloc(HEAD_BYTES);
      head.writeBigUInt64BE(BigInt(now() + NONCE_LIFE_MS));
      randomBytes(HEAD_BYTES - EXPIRY_BYTES).copy(head, EXPIRY_BYTES);
      return toBase64url(Buffer.concat([head, mac(head)]));
    },
    issuedAt(nonce) {
      const until = freshUntil(nonce);
      return until === undefined ? undefined : until - NONCE_LIFE_MS;
    },
    async spend(nonce) {
      const until = freshUntil(nonce);
      if (until === undefined || until <= now()) return false;
      if (tidyAt <= now()) {
        tidyAt = now() + NONCE_LIFE_MS;
        await spent.forget(now() - KEPT_LONGER_MS);
      }
      return spent.spend(nonce, until);
    },
  };
}
