import * as z from 'zod';
import { type Sha256, toHex, utf8 } from './bytes.ts';
import { canonicalJson } from './canonical.ts';
import { leafHash } from './tree.ts';

/** The chain value before the first event of an epoch. */
export const GENESIS = '0'.repeat(64);

/** Largest canonical form of one event, in bytes: its length has two bytes in an entry bundle (ADR 6). */
export const MAX_EVENT_BYTES = 65_535;

export const id = z.uuid();
export const hashHex = z.string().regex(/^[0-9a-f]{64}$/, 'a SHA-256 in lower-case hex');
export const base64urlText = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/, 'base64url without padding')
  .max(4096);

export const eventTypes = [
  'station.started',
  'station.stopped',
  'station.paired',
  'station.recovered',
  'session.opened',
  'session.resumed',
  'session.locked',
  'session.parked',
  'session.ended',
  'session.lost',
  'auth.refused',
  'key.reported',
  'directory.updated',
  'directory.refused',
  'app.opened',
  'app.blocked',
  'app.crashed',
  /** A page went to the station's printer, or could not. */
  'app.printed',
  'clock.jumped',
  'journal.recovered',
  /** A checkpoint of the server's ledger that this station had proven to it (ADR 7). */
  'ledger.witnessed',
  /** The ledger contradicts itself, or does not hold what the server has acknowledged. */
  'ledger.refused',
  /** The server's database was restored; the ledger goes on under a new origin. */
  'ledger.restored',
] as const;
export const eventType = z.enum(eventTypes);
export type EventType = z.infer<typeof eventType>;

/** Why a session left the screen or ended. */
export const causes = [
  'idle',
  'button',
  'key-removed',
  'suspend',
  'os-lock',
  'clock',
  /** Told by the server. */
  'remote',
  /** Its member has tapped in at another station. */
  'elsewhere',
  'switch',
  'display',
  'fault',
  'crash',
  'sign-out',
  'parked-too-long',
  'too-old',
  'evicted',
  'member-inactive',
  'key-revoked',
  'shutdown',
  /** An administrator closed Wardlock on this station. */
  'closed',
] as const;
export const cause = z.enum(causes);
export type Cause = z.infer<typeof cause>;

/**
 * The member's key, with PIN, signed the journal's place: see `accessChallenge`.
 * `boundSeq` is the sequence number of the head the challenge was bound to (0 = GENESIS).
 */
export const accessProof = z.strictObject({
  boundSeq: z.int().nonnegative(),
  nonce: base64urlText,
  credential: base64urlText,
  authenticatorData: base64urlText,
  clientDataJSON: base64urlText,
  signature: base64urlText,
});
export type AccessProof = z.infer<typeof accessProof>;

/** Codes and counts only: no free text, no URL path, nothing about a patient. Leaves are permanent. */
export const detail = z.record(
  z.string().regex(/^[a-z][A-Za-z]{0,31}$/),
  z.union([z.string().max(128), z.number(), z.boolean()]),
);

/** What the agent wants recorded; the journal adds place, time and chain. */
export const eventDraft = z.strictObject({
  type: eventType,
  outcome: z.enum(['success', 'failure']),
  member: id.optional(),
  /** Who somebody says they are, without proof: never read as `member`. */
  claimed: id.optional(),
  /** Credential id, base64url. */
  key: base64urlText.optional(),
  session: id.optional(),
  correlation: id.optional(),
  proof: accessProof.optional(),
  detail: detail.default({}),
});
export type EventDraft = z.infer<typeof eventDraft>;

/** One access-log record, as hashed, sent, stored and exported. */
export const accessEvent = eventDraft.extend({
  v: z.literal(1),
  station: id,
  epoch: id,
  /** From 1, without gaps, per epoch. */
  seq: z.int().positive(),
  /** Wall clock, UTC, milliseconds. */
  at: z.iso.datetime({ precision: 3 }),
  /** One id per start of the agent. */
  boot: id,
  /** Milliseconds of a clock that counts sleep, since boot. */
  mono: z.int().nonnegative(),
  /** Version of the directory snapshot in force; 0 = none yet. */
  dir: z.int().nonnegative(),
  detail,
  prev: hashHex,
});
export type AccessEvent = z.infer<typeof accessEvent>;

/** RFC 8785 canonical bytes: *the* record. Nobody serialises an event again. */
export function canonicalBytes(event: AccessEvent): Uint8Array<ArrayBuffer> {
  const bytes = utf8(canonicalJson(event));
  if (bytes.length > MAX_EVENT_BYTES) throw new RangeError(`event of ${bytes.length} bytes`);
  return bytes;
}

/** Chain hash of an event = RFC 6962 leaf hash of its canonical bytes, lower-case hex. */
export const chainHash = (sha256: Sha256, canonical: Uint8Array): string =>
  toHex(leafHash(sha256, canonical));
