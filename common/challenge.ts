import { type Sha256, fromHex, utf8 } from './bytes.ts';

/** Where in which journal an access is about to be written. */
export interface JournalPlace {
  /** Station id (UUID text, 36 characters). */
  readonly station: string;
  /** Epoch id (UUID text, 36 characters). */
  readonly epoch: string;
  /** Chain hash of the newest event, lower-case hex; GENESIS when there is none. */
  readonly head: string;
  /** Sequence number of that event; 0 when there is none. */
  readonly seq: number;
}

export const NONCE_BYTES = 32;

/**
 * The WebAuthn challenge that binds an access to the log (32 bytes):
 * SHA-256("wardlock/auth/1" ‖ station ‖ epoch ‖ head ‖ nonce). Every part has a fixed length.
 */
export function accessChallenge(
  sha256: Sha256,
  place: JournalPlace,
  nonce: Uint8Array,
): Uint8Array {
  if (nonce.length !== NONCE_BYTES) throw new RangeError(`nonce of ${nonce.length} bytes`);
  return sha256(
    utf8('wardlock/auth/1'),
    utf8(place.station),
    utf8(place.epoch),
    fromHex(place.head),
    nonce,
  );
}
