import type { KeyObject } from 'node:crypto';
import { accessEvent } from '../../common/event.ts';
import type { ProvenJournal } from '../ports/journal.ts';
import { bodyCipher } from './journal-crypt.ts';
import { pastProofs } from './journal-past.ts';
import { type JournalDatabase, metaOf } from './journal-schema.ts';

/** What the events of the current epoch are, and how far the server has them. */
interface Stand {
  readonly epoch: string;
  readonly head: number;
  readonly acknowledged: number;
}

interface Row {
  readonly seq: number;
  readonly body: Uint8Array;
}

/** The part of the journal that the witness uses. The marks live in the database alone: they may be rolled back. */
export function provenJournal(
  db: JournalDatabase,
  key: KeyObject,
  stand: () => Stand,
): Omit<ProvenJournal, 'rewind'> & {
  /** Forgets the marks of the current epoch; call it within the transaction that begins the next. */
  beginProofs(): void;
} {
  const past = pastProofs(db);
  const setProven = db.prepare<[string]>("INSERT OR REPLACE INTO meta VALUES ('proven', ?)");
  const setPruned = db.prepare<[string]>("INSERT OR REPLACE INTO meta VALUES ('pruned', ?)");
  const first = db.prepare<[], { seq: number }>('SELECT seq FROM event ORDER BY seq LIMIT 1');
  const between = db.prepare<[number, number], { hash: string }>(
    'SELECT hash FROM event WHERE seq BETWEEN ? AND ? ORDER BY seq',
  );
  const below = db.prepare<[number, number], Row>(
    'SELECT seq, body FROM event WHERE seq < ? ORDER BY seq LIMIT ?',
  );
  const remove = db.prepare<[number]>('DELETE FROM event WHERE seq <= ?');
  const removeUpTo = db.transaction((seq: number) => {
    remove.run(seq);
    setPruned.run(String(seq));
  });

  const proven = (): number => Number(metaOf(db, 'proven') ?? 0);
  const oldest = (): number => first.get()?.seq ?? stand().head + 1;

  return {
    proven,
    oldest,
    owed() {
      const { epoch, acknowledged } = stand();
      const after = Math.max(proven(), oldest() - 1);
      return { current: { epoch, after, last: acknowledged }, past: past.owed() };
    },
    prove(epoch, seq) {
      const { epoch: current, head } = stand();
      if (epoch !== current) return past.prove(epoch, seq);
      if (seq > head) throw new RangeError(`event ${seq} was never written`);
      if (seq > proven()) setProven.run(String(seq));
    },
    forgetProofs: db.transaction(() => {
      setProven.run('0');
      past.forget();
    }),
    hashes(epoch, from, to) {
      const rows = epoch === stand().epoch ? between.all(from, to) : past.hashes(epoch, from, to);
      return rows.length === to - from + 1 ? rows.map(({ hash }) => hash) : undefined;
    },
    prune(before, limit) {
      const { epoch, head, acknowledged } = stand();
      // The newest stays: the next one follows its hash.
      const end = Math.min(proven() + 1, acknowledged + 1, head);
      const cipher = bodyCipher(key, epoch);
      const old = oldOnes(below.all(end, limit), before, (row) => cipher.open(row.seq, row.body));
      const last = old.at(-1);
      if (last !== undefined) removeUpTo(last.seq);
      const left = limit - old.length;
      const oldPast = oldOnes(past.proven(left), before, ({ epoch: over, seq, body }) =>
        bodyCipher(key, over).open(seq, body),
      );
      past.remove(oldPast);
      return old.length + oldPast.length;
    },
    beginProofs() {
      setProven.run('0');
      setPruned.run('0');
    },
  };
}

/** Those at the beginning that were written before this wall time; what cannot be read stays. */
function oldOnes<R>(
  rows: readonly R[],
  before: number,
  open: (row: R) => Uint8Array | undefined,
): readonly R[] {
  const end = rows.findIndex((row) => {
    const canonical = open(row);
    if (canonical === undefined) return true;
    const event = accessEvent.safeParse(JSON.parse(Buffer.from(canonical).toString('utf8'))).data;
    return event === undefined || Date.parse(event.at) >= before;
  });
  return end < 0 ? rows : rows.slice(0, end);
}
