import { hash, timingSafeEqual } from 'node:crypto';
import type { Sha256 } from '../common/bytes.ts';

/** One call for short input costs a third of a createHash with updates. */
export const sha256: Sha256 = (...parts) => hash('sha256', Buffer.concat(parts), 'buffer');

/** RFC 6962 §2.1 */
const LEAF = Buffer.of(0);

/** `chainHash` of common/event.ts straight to hex, in less than half of its time. */
export const chainHash = (canonical: Uint8Array): string =>
  hash('sha256', Buffer.concat([LEAF, canonical]), 'hex');

/** Compares texts of any length in a time that does not depend on where they differ. */
export const sameText = (a: string, b: string): boolean =>
  timingSafeEqual(hash('sha256', a, 'buffer'), hash('sha256', b, 'buffer'));
