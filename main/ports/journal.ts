import type { JournalPlace } from '../../common/challenge.ts';
import type { EventDraft } from '../../common/event.ts';
import type { Result } from '../../common/result.ts';

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
  /** Largest acknowledged sequence number. Marks never move back. */
  acknowledge(seq: number): void;
}

export interface JournalWriter {
  /**
   * Appends all drafts as one durable transaction (fsynced when it returns), or none.
   * Fills v, station, epoch, seq, at, boot, mono, dir and prev.
   */
  append(drafts: readonly EventDraft[]): Result<readonly JournalEntry[], JournalError>;
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

export interface Journal extends JournalReader, JournalWriter, PastEpochs {
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
