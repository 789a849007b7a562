import * as z from 'zod';
import { credential } from '../../common/directory.ts';
import { id } from '../../common/event.ts';
import { ed25519Jwk } from '../../common/wire.ts';

/** The files of an export. Everything that `verify` needs is in the folder, and no name of a person. */
export const FILES = {
  /** The signed note of the tree that is exported. */
  checkpoint: 'checkpoint',
  /** Every entry of the tree in its order, verbatim, one a line. */
  events: 'events.ndjson',
  /** The leaf hashes as the server keeps them, 32 bytes each. */
  leaves: 'leaves',
  /** `about` below. */
  about: 'export.json',
  /** `verdictLine` below for each event that the server did not find good, one a line. */
  verdicts: 'verdicts.ndjson',
  /** `removedLine` below for each run of entries whose bodies retention has removed, one a line, ascending. */
  removed: 'removed.ndjson',
} as const;

export const HASH_BYTES = 32;

export const about = z.strictObject({
  schema: z.literal(1),
  exportedAt: z.iso.datetime({ precision: 3 }),
  serverKey: ed25519Jwk,
  rpId: z.string().min(1).max(253),
  /** `publicKey` is the `x` of the Ed25519 JWK with which the station signs its uploads. */
  stations: z.array(z.strictObject({ id, publicKey: z.string().max(43) })),
  credentials: z.array(credential),
});
export type About = z.infer<typeof about>;

export const verdictLine = z.strictObject({
  leaf: z.int().nonnegative(),
  verdict: z.enum(['unproven', 'disputed']),
  reason: z.string().max(64),
});
export type VerdictLine = z.infer<typeof verdictLine>;

/** Events of one journal that follow each other; the tree has their hashes, `events` has no line for them. */
export const removedLine = z.strictObject({
  leaf: z.int().nonnegative(),
  entries: z.int().positive(),
  station: id,
  epoch: id,
  seq: z.int().positive(),
});
export type RemovedLine = z.infer<typeof removedLine>;
