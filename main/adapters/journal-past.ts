import type { KeyObject } from 'node:crypto';
import type { JournalEntry, PastEpochs } from '../ports/journal.ts';
import { bodyCipher } from './journal-crypt.ts';
import type { JournalDatabase } from './journal-schema.ts';

export interface SealedRow {
  readonly seq: number;
  readonly hash: string;
  readonly body: Uint8Array;
}

/** Rows as events, until one more would be too many bytes. */
export function opened(
  rows: Iterable<SealedRow>,
  cipher: ReturnType<typeof bodyCipher>,
  maxBytes: number,
): JournalEntry[] {
  const entries: JournalEntry[] = [];
  let bytes = 0;
  for (const { seq, hash, body } of rows) {
    const canonical = cipher.open(seq, body);
    if (canonical === undefined) throw new Error(`event ${seq} of the journal cannot be decrypted`);
    bytes += canonical.length;
    // One event alone may exceed the bound: it has to be sent some day.
    if (bytes > maxBytes && entries.length > 0) break;
    entries.push({ seq, hash, canonical });
  }
  return entries;
}

/**
 * `past_event.sent`: 0 = the server does not have it. What was sent after the epoch was over it disputes, and does not
 * prove: that is kept for ever.
 */
const ACKNOWLEDGED = 1;
const PROVEN = 2;
const DISPUTED = 3;

/** Events of epochs that are over. */
export function pastEpochs(
  db: JournalDatabase,
  key: KeyObject,
): PastEpochs & {
  /** Moves the current epoch's events here; call it within the transaction that begins the next. */
  keep(epoch: string, marks: { readonly acknowledged: number; readonly proven: number }): void;
} {
  const first = db.prepare<[], { epoch: string }>(
    'SELECT epoch FROM past_event WHERE sent = 0 ORDER BY rowid LIMIT 1',
  );
  const unsent = db.prepare<[string, number], SealedRow>(
    'SELECT seq, hash, body FROM past_event WHERE epoch = ? AND sent = 0 ORDER BY seq LIMIT ?',
  );
  const sent = db.prepare<[string, number]>(
    `UPDATE past_event SET sent = ${DISPUTED} WHERE epoch = ? AND seq <= ? AND sent = 0`,
  );
  const move = db.prepare<[string, number, number]>(
    `INSERT INTO past_event
     SELECT ?, seq, hash, body, CASE WHEN seq <= ? THEN ${PROVEN} WHEN seq <= ? THEN ${ACKNOWLEDGED} ELSE 0 END
     FROM event ORDER BY seq`,
  );
  const clear = db.prepare('DELETE FROM event');
  return {
    past(limit, maxBytes) {
      const epoch = first.get()?.epoch;
      if (epoch === undefined) return undefined;
      return {
        epoch,
        entries: opened(unsent.iterate(epoch, limit), bodyCipher(key, epoch), maxBytes),
      };
    },
    pastSent: (epoch, seq) => void sent.run(epoch, seq),
    keep(epoch, { acknowledged, proven }) {
      move.run(epoch, Math.min(acknowledged, proven), acknowledged);
      clear.run();
    },
  };
}

export interface PastRow {
  readonly epoch: string;
  readonly seq: number;
  readonly body: Uint8Array;
}

/** What the witness needs of past epochs. */
export function pastProofs(db: JournalDatabase) {
  const owed = db.prepare<[], { epoch: string; after: number; last: number }>(
    `SELECT epoch, min(seq) - 1 AS after, max(seq) AS last FROM past_event WHERE sent = ${ACKNOWLEDGED}
     GROUP BY epoch ORDER BY min(rowid)`,
  );
  const prove = db.prepare<[string, number]>(
    `UPDATE past_event SET sent = ${PROVEN}
     WHERE epoch = ? AND seq <= ? AND sent = ${ACKNOWLEDGED}`,
  );
  const between = db.prepare<[string, number, number], { hash: string }>(
    'SELECT hash FROM past_event WHERE epoch = ? AND seq BETWEEN ? AND ? ORDER BY seq',
  );
  const proven = db.prepare<[number], PastRow>(
    `SELECT epoch, seq, body FROM past_event WHERE sent = ${PROVEN} ORDER BY rowid LIMIT ?`,
  );
  const remove = db.prepare<[string, number]>('DELETE FROM past_event WHERE epoch = ? AND seq = ?');
  const forget = db.prepare('UPDATE past_event SET sent = 0');
  return {
    /** What the server has acknowledged and not proven, by epoch. */
    owed: () => owed.all(),
    prove: (epoch: string, seq: number) => void prove.run(epoch, seq),
    hashes: (epoch: string, first: number, last: number) => between.all(epoch, first, last),
    /** Oldest first. */
    proven: (limit: number) => proven.all(limit),
    remove: db.transaction((rows: readonly PastRow[]) => {
      for (const { epoch, seq } of rows) remove.run(epoch, seq);
    }),
    forget: () => void forget.run(),
  };
}
