import type { JournalPlace } from '../../common/challenge.ts';
import type { EventDraft } from '../../common/event.ts';
import type { Result } from '../../common/result.ts';
import type { Instant } from '../domain/instant.ts';

/** Codes of a journal that cannot be written; the station stays locked and says so. */
export type JournalError = 'full' | 'broken' | 'closed';

/** A committed event: its place and its verbatim canonical bytes. */
export interface JournalEntry {
  readonly seq: number;
  readonly hash: string;
  readonly canonical: Uint8Array;
}

/** What the outbox reads. A different type from the writer: it can change nothing but the mark. */
export interface JournalReader {
  /** Newest committed event: where the next access will be bound. */
  place(): JournalPlace;
  /** Events after the acknowledged mark, oldest first; at most `limit` events and `maxBytes` bytes. */
  unsent(limit: number, maxBytes: number): readonly JournalEntry[];
  /** How many events the server has not acknowledged. */
  waiting(): number;
  /** Largest acknowledged sequence number. Never moves back but by `rewind`. */
  acknowledge(seq: number): void;
}

/** Events of an epoch that the server has and is to prove: those after `after` up to `last`. */
export interface OwedProof {
  readonly epoch: string;
  readonly after: number;
  readonly last: number;
}

/** What the witness works with: which events the server has proven to keep. */
export interface ProvenJournal {
  /** Of the current epoch, also when nothing is owed, and of past ones. */
  owed(): { readonly current: OwedProof; readonly past: readonly OwedProof[] };
  /** Of the current epoch everything up to here is proven to be in the server's ledger; durable. */
  proven(): number;
  prove(epoch: string, seq: number): void;
  /** Nothing is proven any more: the server's database was restored. Past epochs are to be sent again too. */
  forgetProofs(): void;
  /** Sends everything of the current epoch after `seq` again; what the server has already is a repeat to it. */
  rewind(seq: number): void;
  /** The oldest event of the current epoch that is still here; the newest one's successor when there is none. */
  oldest(): number;
  /** Chain hashes from one sequence number to another; undefined when not all of them are here. */
  hashes(epoch: string, first: number, last: number): readonly string[] | undefined;
  /**
   * Deletes proven events that were written before this wall time, at most `limit`; returns how many. The newest
   * of the current epoch stays.
   */
  prune(before: number, limit: number): number;
}

export interface JournalWriter {
  /**
   * Appends all drafts as one durable transaction (fsynced when it returns), or none.
   * Fills v, station, epoch, seq, at, boot, mono, dir and prev. `times`: when each of them happened, if that is
   * not now; no earlier than what stands before it.
   */
  append(
    drafts: readonly EventDraft[],
    times?: readonly Instant[],
  ): Result<readonly JournalEntry[], JournalError>;
}

/** Epochs that are over and were disputed: what the server does not have of them. */
export interface PastEpochs {
  /** Unsent events of one past epoch, as `unsent`; undefined when there are none. */
  past(limit: number, maxBytes: number): Past | undefined;
  /** The server holds that epoch's events up to here. */
  pastSent(epoch: string, seq: number): void;
}

export interface Past {
  readonly epoch: string;
  readonly entries: readonly JournalEntry[];
}

export interface Journal extends JournalReader, JournalWriter, ProvenJournal, PastEpochs {
  /**
   * Ends this epoch, whose chain the server disputes, and begins another, whose first event names the old
   * head. One transaction; what was not sent waits as a past epoch.
   */
  beginEpoch(epoch: string): Result<undefined, JournalError>;
  /**
   * Sessions that were opened (`session.opened`) and neither ended nor lost (`session.ended`,
   * `session.lost`): what a crash left behind. Kept in the same transaction as the events.
   */
  unended(): readonly { readonly session: string; readonly member: string }[];
  close(): void;
}
