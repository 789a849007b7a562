import type { KeyObject } from 'node:crypto';
import { compile } from 'zod';
import {
  type AccessEvent,
  type EventDraft,
  accessEvent,
  canonicalBytes,
  chainHash,
} from '../../common/event.ts';
import { type Result, err, ok } from '../../common/result.ts';
import type { Journal, JournalEntry, JournalError } from '../ports/journal.ts';
import { bodyCipher } from './journal-crypt.ts';
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

interface Row {
  readonly seq: number;
  readonly hash: string;
  readonly body: Uint8Array;
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
  const { epoch } = stand;
  const cipher = bodyCipher(context.key, epoch);
  let head = { seq: stand.seq, hash: stand.hash };
  let acknowledged = stand.acknowledged;

  const insert = db.prepare<[number, string, Uint8Array]>('INSERT INTO event VALUES (?, ?, ?)');
  const after = db.prepare<[number, number], Row>(
    'SELECT seq, hash, body FROM event WHERE seq > ? ORDER BY seq LIMIT ?',
  );
  const mark = db.prepare<[string]>("UPDATE meta SET value = ? WHERE name = 'acknowledged'");
  const openSession = db.prepare<[string, string]>(
    'INSERT OR REPLACE INTO open_session VALUES (?, ?)',
  );
  const endSession = db.prepare<[string]>('DELETE FROM open_session WHERE session = ?');
  const openSessions = db.prepare<[], { session: string; member: string }>(
    'SELECT session, member FROM open_session ORDER BY rowid',
  );

  /** Completed and parsed: an event that the server would refuse for ever must not get in. */
  function complete(
    draft: EventDraft,
    seq: number,
    prev: string,
    at: string,
    mono: number,
  ): AccessEvent {
    const dir = context.directoryVersion();
    return parseEvent({ ...draft, v: 1, station, epoch, seq, at, boot, mono, dir, prev });
  }

  function chain(drafts: readonly EventDraft[]): JournalEntry[] {
    const at = new Date(context.wall()).toISOString();
    const mono = Math.floor(context.mono());
    let { seq, hash } = head;
    return drafts.map((draft) => {
      const canonical = canonicalBytes(complete(draft, ++seq, hash, at, mono));
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
    append(drafts): Result<readonly JournalEntry[], JournalError> {
      if (!db.open) return err('closed');
      const entries = chain(drafts);
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

    unsent(limit, maxBytes) {
      const entries: JournalEntry[] = [];
      let bytes = 0;
      for (const { seq, hash, body } of after.iterate(acknowledged, limit)) {
        const canonical = cipher.open(seq, body);
        if (canonical === undefined)
          throw new Error(`event ${seq} of the journal cannot be decrypted`);
        bytes += canonical.length;
        // One event alone may exceed the bound: it has to be sent some day.
        if (bytes > maxBytes && entries.length > 0) break;
        entries.push({ seq, hash, canonical });
      }
      return entries;
    },

    waiting: () => head.seq - acknowledged,

    acknowledge(seq) {
      if (seq > head.seq) throw new RangeError(`event ${seq} was never written`);
      if (seq <= acknowledged) return;
      mark.run(String(seq));
      acknowledged = seq;
    },

    unended: () => openSessions.all(),

    close: () => void db.close(),
  };
}

const changesSessions = ({ type }: EventDraft): boolean =>
  type === 'session.opened' || type === 'session.ended' || type === 'session.lost';
