import { type KeyObject, createCipheriv, createDecipheriv, randomFillSync } from 'node:crypto';

const IV_BYTES = 12;
const TAG_BYTES = 16;
/** Random bytes are fetched for so many events at once: one call costs 5 µs, whatever its size. */
const POOLED_IVS = 256;

/** AES-256-GCM of event bodies: iv ‖ tag ‖ ciphertext, bound to epoch and sequence number. */
export interface BodyCipher {
  seal(seq: number, plain: Uint8Array): Uint8Array;
  /** undefined: another key, another place, or changed bytes. */
  open(seq: number, body: Uint8Array): Uint8Array | undefined;
}

export function bodyCipher(key: KeyObject, epoch: string): BodyCipher {
  const place = Buffer.alloc(8 + epoch.length);
  place.write(epoch, 8, 'latin1');
  const placeOf = (seq: number): Buffer => {
    place.writeUIntBE(seq, 2, 6);
    return place;
  };
  const pool = Buffer.alloc(IV_BYTES * POOLED_IVS);
  let used = pool.length;
  // SP 800-38D §8.2.2: random IVs, each taken once; 2^32 events under one key are out of reach.
  const nextIv = (): Buffer => {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    return pool.subarray(used, (used += IV_BYTES));
  };

  return {
    seal(seq, plain) {
      const iv = nextIv();
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(placeOf(seq));
      const text = cipher.update(plain);
      cipher.final();
      return Buffer.concat([iv, cipher.getAuthTag(), text]);
    },
    open(seq, body) {
      if (body.length < IV_BYTES + TAG_BYTES) return undefined;
      const decipher = createDecipheriv('aes-256-gcm', key, body.subarray(0, IV_BYTES), {
        authTagLength: TAG_BYTES,
      })
        .setAAD(placeOf(seq))
        .setAuthTag(body.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      const plain = decipher.update(body.subarray(IV_BYTES + TAG_BYTES));
      try {
        decipher.final();
      } catch {
        return undefined;
      }
      return plain;
    },
  };
}
