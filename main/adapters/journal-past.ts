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

/** Events of epochs that are over. They are kept, also when they are sent. */
export function pastEpochs(
  db: JournalDatabase,
  key: KeyObject,
): PastEpochs & {
  /** Moves the current epoch's events here; call it within the transaction that begins the next. */
  keep(epoch: string, acknowledged: number): void;
} {
  const first = db.prepare<[], { epoch: string }>(
    'SELECT epoch FROM past_event WHERE sent = 0 ORDER BY rowid LIMIT 1',
  );
  const unsent = db.prepare<[string, number], SealedRow>(
    'SELECT seq, hash, body FROM past_event WHERE epoch = ? AND sent = 0 ORDER BY seq LIMIT ?',
  );
  const sent = db.prepare<[string, number]>(
    'UPDATE past_event SET sent = 1 WHERE epoch = ? AND seq <= ?',
  );
  const move = db.prepare<[string, number]>(
    'INSERT INTO past_event SELECT ?, seq, hash, body, seq <= ? FROM event ORDER BY seq',
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
    keep(epoch, acknowledged) {
      move.run(epoch, acknowledged);
      clear.run();
    },
  };
}
