import * as z from 'zod';
import { keyRefusals } from './key-refusal.ts';

/** Why an attempt at the curtain did not open: `code` of `auth.refused`, and the sentence that the curtain says. */
export const accessRefusals = [
  ...keyRefusals,
  /** The key's credential is not in the directory, or is revoked. */
  'unknown-key',
  'member-inactive',
  /** The signature, counter, origin or user verification did not hold. */
  'not-verified',
  /** The access could not be written to the journal. */
  'not-recorded',
  /** Nobody finished the attempt in time. */
  'timed-out',
  'key-process-crashed',
] as const;
export const accessRefusal = z.enum(accessRefusals);
export type AccessRefusal = z.infer<typeof accessRefusal>;

/** Why a station did not take a directory: `reason` of `directory.refused`. */
export type DirectoryRefusal = 'bad-signature' | 'bad-shape' | 'older' | 'wrong-group' | 'wrong-rp';

/** Why a station does not believe its server's ledger: `reason` of `ledger.refused`. */
export type LedgerFault =
  /** The checkpoint is not signed by the server that this station is paired with. */
  | 'signature'
  /** A proof that came with it proves nothing. */
  | 'proof'
  /** It does not continue the tree that this station has seen: events were changed, or two trees are shown. */
  | 'fork'
  /** It is smaller than what this station has seen, and stays so. */
  | 'rolled-back'
  /** It begins a log that has nothing to do with the one this station has seen. */
  | 'other-log'
  /** Events of this station are not in it where the server says they are. */
  | 'not-included'
  /** The server has acknowledged events and does not prove them. */
  | 'no-receipt';

/** Why a journal was set aside. */
export type JournalDamage =
  /** SQLite finds it damaged. */
  | 'file'
  /** Its marks are missing, or it is another station's. */
  | 'identity'
  /** Another key, or changed bytes. */
  | 'unreadable'
  /** The events do not follow from one another, or fewer are there than the server has acknowledged. */
  | 'chain';

/** Why a journal went on in a new epoch: `reason` of `journal.recovered`. */
export type JournalRecovery =
  | JournalDamage
  | 'missing'
  /** An administrator approved it, after a dispute. */
  | 'dispute';

/** How an access came without PIN, where policy lets one. */
export type AccessCause = 'grace';
