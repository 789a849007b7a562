import { createHash } from 'node:crypto';
import type { Sha256 } from '../../common/bytes.ts';

/** SHA-256 on node:crypto (`crypto.hash` is faster and missing in Node 18). */
export const sha256: Sha256 = (...parts) =>
  // One update of joined parts is cheaper than several: each is a call into OpenSSL.
  createHash('sha256').update(Buffer.concat(parts)).digest();
