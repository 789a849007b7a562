import type { KeyObject } from 'node:crypto';
import { compile } from 'zod';
import {
  type AccessEvent,
  type EventDraft,
  GENESIS,
  accessEvent,
  canonicalBytes,
  chainHash,
} from '../../common/event.ts';
import type { JournalRecovery } from '../../common/event-codes.ts';
import { type Result, err, ok } from '../../common/result.ts';
import type { Instant } from '../domain/instant.ts';
import type { Journal, JournalEntry, JournalError } from '../ports/journal.ts';
import { bodyCipher } from './journal-crypt.ts';
import { type SealedRow, opened, pastEpochs } from './journal-past.ts';
import { provenJournal } from './journal-proven.ts';
import { type JournalDatabase, isSqliteError } from './journal-schema.ts';
import { sha256 } from './sha256.ts';

/** What the journal adds to each event. */
export interface JournalContext {
  readonly station: string;
  /** One id per start of the agent. */
  readonly boot: string;
  /** AES-256 key of the bodies. */
  readonly key: KeyObject;
  wall(): number;
  mono(): number;
  /** Version of the directory in force; 0 = none yet. */
  directoryVersion(): number;
  /** Cause of a failure whose code alone goes to the caller. */
  report(code: string, cause: unknown): void;
}

/** Where a checked journal stands. */
export interface JournalStand {
  readonly epoch: string;
  /** Newest event; 0 and GENESIS when there is none. */
  readonly seq: number;
  readonly hash: string;
  readonly acknowledged: number;
}

/** Compiled: 1 µs instead of 4, in the one place where every access waits. */
const { parse: parseEvent } = compile(accessEvent);

/** The journal on a database that `openJournal` has checked. One writer: nothing else may touch the file. */
export function createJournal(
  db: JournalDatabase,
  context: JournalContext,
  stand: JournalStand,
): Journal {
  const { station, boot } = context;
  let { epoch } = stand;
  let cipher = bodyCipher(context.key, epoch);
  let head = { seq: stand.seq, hash: stand.hash };
  let acknowledged = stand.acknowledged;

  const insert = db.prepare<[number, string, Uint8Array]>('INSERT INTO event VALUES (?, ?, ?)');
  const after = db.prepare<[number, number], SealedRow>(
    'SELECT seq, hash, body FROM event WHERE seq > ? ORDER BY seq LIMIT ?',
  );
  const past = pastEpochs(db, context.key);
  const { beginProofs, ...proofs } = provenJournal(db, context.key, () => ({
    epoch,
    head: head.seq,
    acknowledged,
  }));
  const mark = db.prepare<[string]>("UPDATE meta SET value = ? WHERE name = 'acknowledged'");
  const openSession = db.prepare<[string, string]>(
    'INSERT OR REPLACE INTO open_session VALUES (?, ?)',
  );
  const endSession = db.prepare<[string]>('DELETE FROM open_session WHERE session = ?');
  const openSessions = db.prepare<[], { session: string; member: string }>(
    'SELECT session, member FROM open_session ORDER BY rowid',
  );

  /** Completed and parsed: an event that the server would refuse for ever must not get in. */
  function complete(draft: EventDraft, seq: number, prev: string, time: Instant): AccessEvent {
    const dir = context.directoryVersion();
    const at = new Date(time.wall).toISOString();
    const mono = Math.floor(time.mono);
    return parseEvent({ ...draft, v: 1, station, epoch, seq, at, boot, mono, dir, prev });
  }

  function chain(drafts: readonly EventDraft[], times?: readonly Instant[]): JournalEntry[] {
    const now = { wall: context.wall(), mono: context.mono() };
    let { seq, hash } = head;
    return drafts.map((draft, index) => {
      const canonical = canonicalBytes(complete(draft, ++seq, hash, times?.[index] ?? now));
      hash = chainHash(sha256, canonical);
      return { seq, hash, canonical };
    });
  }

  const write = ({ seq, hash, canonical }: JournalEntry): unknown =>
    insert.run(seq, hash, cipher.seal(seq, canonical));

  function follow({ type, session, member }: EventDraft): void {
    if (session === undefined) return;
    if (type === 'session.opened' && member !== undefined) openSession.run(session, member);
    if (type === 'session.ended' || type === 'session.lost') endSession.run(session);
  }

  const writeAll = db.transaction(
    (drafts: readonly EventDraft[], entries: readonly JournalEntry[]) => {
      entries.forEach(write);
      drafts.forEach(follow);
    },
  );

  return {
    append(drafts, times): Result<readonly JournalEntry[], JournalError> {
      if (!db.open) return err('closed');
      const entries = chain(drafts, times);
      const [first] = drafts;
      const [only] = entries;
      try {
        // A statement on its own is a transaction too, for two fewer calls.
        if (entries.length === 1 && only && first && !changesSessions(first)) write(only);
        else writeAll(drafts, entries);
      } catch (error) {
        if (!isSqliteError(error)) throw error;
        context.report(`journal:${error.code}`, error);
        return err(error.code === 'SQLITE_FULL' ? 'full' : 'broken');
      }
      head = entries.at(-1) ?? head;
      return ok(entries);
    },

    place: () => ({ station, epoch, head: head.hash, seq: head.seq }),

    unsent: (limit, maxBytes) => opened(after.iterate(acknowledged, limit), cipher, maxBytes),

    waiting: () => head.seq - acknowledged,

    acknowledge(seq) {
      if (seq > head.seq) throw new RangeError(`event ${seq} was never written`);
      if (seq <= acknowledged) return;
      mark.run(String(seq));
      acknowledged = seq;
    },

    ...past,

    beginEpoch(next) {
      const before = { epoch, cipher, head, acknowledged };
      try {
        db.transaction(() => {
          past.keep(epoch, { acknowledged, proven: proofs.proven() });
          db.prepare<[string]>("UPDATE meta SET value = ? WHERE name = 'epoch'").run(next);
          mark.run('0');
          beginProofs();
          epoch = next;
          cipher = bodyCipher(context.key, next);
          head = { seq: 0, hash: GENESIS };
          acknowledged = 0;
          const entries = chain([disputeDraft(before.epoch, before.head)]);
          entries.forEach(write);
          head = entries.at(-1) ?? head;
        })();
        return ok(undefined);
      } catch (error) {
        ({ epoch, cipher, head, acknowledged } = before);
        if (!isSqliteError(error)) throw error;
        context.report(`journal:${error.code}`, error);
        return err(error.code === 'SQLITE_FULL' ? 'full' : 'broken');
      }
    },

    ...proofs,

    rewind(seq) {
      if (seq >= acknowledged) return;
      mark.run(String(seq));
      acknowledged = seq;
    },

    unended: () => openSessions.all(),

    close: () => void db.close(),
  };
}

/** First event of an epoch that follows a disputed one. */
const disputeDraft = (epoch: string, head: { seq: number; hash: string }): EventDraft => ({
  type: 'journal.recovered',
  outcome: 'success',
  detail: {
    reason: 'dispute' satisfies JournalRecovery,
    oldEpoch: epoch,
    oldSeq: head.seq,
    oldHead: head.hash,
  },
});

const changesSessions = ({ type }: EventDraft): boolean =>
  type === 'session.opened' || type === 'session.ended' || type === 'session.lost';
