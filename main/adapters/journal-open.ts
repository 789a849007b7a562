import { existsSync, renameSync } from 'node:fs';
import type { JournalDamage, JournalRecovery } from '../../common/event-codes.ts';
import { type EventDraft, type EventType, GENESIS, id } from '../../common/event.ts';
import { type Result, err, ok, unreachable } from '../../common/result.ts';
import type { Journal } from '../ports/journal.ts';
import type { StationState } from '../ports/station-state.ts';
import { type JournalContext, createJournal } from './journal.ts';
import { type Checked, checkJournal } from './journal-check.ts';
import { type JournalDatabase, isDamage, metaOf, openDatabase } from './journal-schema.ts';
import { stationState } from './journal-state.ts';

export interface JournalOptions extends JournalContext {
  /** Path of the database; `-wal` and, after damage, `.aside-N` stand beside it. */
  readonly file: string;
  /** The station was paired at an earlier start: there must be a journal already. */
  readonly expected: boolean;
  uuid(): string;
}

export interface OpenedJournal {
  readonly journal: Journal;
  readonly state: StationState;
  /** Newest event before this start: how the last life ended. undefined = none is known. */
  readonly newest: EventType | undefined;
  /** Set when the old journal was unusable and a new epoch began. */
  readonly recovered: Loss | undefined;
}

type Loss = Exclude<JournalRecovery, 'dispute'>;

/** `in-use`: another process holds it. `broken`: the disk. Neither harms the journal. */
export interface JournalOpenError {
  readonly code: 'in-use' | 'broken';
  readonly cause: unknown;
}

/**
 * Opens and checks the journal, or begins one. A damaged one is renamed, never deleted, and never sent:
 * what it holds beyond the acknowledged mark is for an administrator to judge. The new epoch begins with
 * `journal.recovered`, which names the old one as far as it can be read.
 */
export function openJournal(options: JournalOptions): Result<OpenedJournal, JournalOpenError> {
  try {
    return ok(openOrBegin(options));
  } catch (cause) {
    const isBusy = cause instanceof Error && 'code' in cause && cause.code === 'SQLITE_BUSY';
    return err({ code: isBusy ? 'in-use' : 'broken', cause });
  }
}

function openOrBegin(options: JournalOptions): OpenedJournal {
  const found = find(options);
  switch (found.kind) {
    case 'whole': {
      const { db, stand } = found;
      const journal = createJournal(db, options, stand);
      return { journal, state: stationState(db), newest: stand.newest, recovered: undefined };
    }
    case 'new':
      return begin(found.db, options, nothing, options.expected ? 'missing' : undefined);
    case 'damaged': {
      const aside = setAside(options.file);
      options.report(`journal:set-aside:${found.reason}`, aside);
      return begin(openDatabase(options.file), options, found.remains, found.reason);
    }
    default:
      return unreachable(found);
  }
}

type Found =
  | { readonly kind: 'whole'; readonly db: JournalDatabase; readonly stand: Checked }
  | { readonly kind: 'new'; readonly db: JournalDatabase }
  | { readonly kind: 'damaged'; readonly reason: JournalDamage; readonly remains: Remains };

function find(options: JournalOptions): Found {
  let db: JournalDatabase | undefined;
  try {
    db = openDatabase(options.file);
    if (isNew(db)) return { kind: 'new', db };
    const checked = checkJournal(db, options);
    if (checked.ok) return { kind: 'whole', db, stand: checked.value };
    const remains = remainsOf(db);
    db.close();
    return { kind: 'damaged', reason: checked.error, remains };
  } catch (error) {
    db?.close();
    if (isDamage(error)) return { kind: 'damaged', reason: 'file', remains: nothing };
    throw error;
  }
}

const isNew = (db: JournalDatabase): boolean =>
  metaOf(db, 'epoch') === undefined &&
  db.prepare('SELECT 1 FROM event LIMIT 1').get() === undefined;

/** Begins an epoch. Marks and open sessions outlive the old one: a clone or an old directory must not pass. */
function begin(
  db: JournalDatabase,
  options: JournalOptions,
  remains: Remains,
  loss: Loss | undefined,
): OpenedJournal {
  try {
    const state = stationState(db);
    const epoch = options.uuid();
    // One transaction with its first event: an epoch without it would hide the loss.
    const journal = db.transaction(() => {
      inherit(db, state, remains);
      const meta = db.prepare<[string, string]>('INSERT INTO meta VALUES (?, ?)');
      meta.run('station', options.station);
      meta.run('epoch', epoch);
      meta.run('acknowledged', '0');
      const begun = createJournal(db, options, { epoch, seq: 0, hash: GENESIS, acknowledged: 0 });
      const told = loss === undefined ? ok([]) : begun.append([recovered(loss, remains)]);
      if (!told.ok) throw new Error(`journal.recovered cannot be written: ${told.error}`);
      return begun;
    })();
    return { journal, state, newest: undefined, recovered: loss };
  } catch (error) {
    db.close();
    throw error;
  }
}

function inherit(db: JournalDatabase, state: StationState, remains: Remains): void {
  const session = db.prepare<[string, string]>('INSERT INTO open_session VALUES (?, ?)');
  for (const row of remains.sessions) session.run(row.session, row.member);
  for (const { name, value } of remains.marks) {
    if (name === 'directory-version') state.raiseDirectoryVersion(value);
    if (name === 'latest-time') state.raiseLatestTime(value);
    if (name === 'command-number') state.raiseCommandNumber(value);
  }
  for (const { credential, value } of remains.counters) state.raiseCounter(credential, value);
  if (remains.checkpoint !== undefined) state.keepCheckpoint(remains.checkpoint);
}

/** What can still be read of a damaged journal. */
interface Remains {
  readonly epoch?: string;
  readonly seq?: number;
  readonly acknowledged?: number;
  readonly checkpoint?: string;
  readonly sessions: readonly { readonly session: string; readonly member: string }[];
  readonly marks: readonly { readonly name: string; readonly value: number }[];
  readonly counters: readonly { readonly credential: string; readonly value: number }[];
}

const nothing: Remains = { sessions: [], marks: [], counters: [] };

/** Each part on its own: damage to one page leaves the others readable. */
function remainsOf(db: JournalDatabase): Remains {
  const epoch = id.safeParse(readable(() => metaOf(db, 'epoch'))).data;
  const seq = readable(
    () =>
      db.prepare<[], { seq: number }>('SELECT seq FROM event ORDER BY seq DESC LIMIT 1').get()?.seq,
  );
  const acknowledged = Number(readable(() => metaOf(db, 'acknowledged')));
  const checkpoint = readable(() => metaOf(db, 'checkpoint'));
  const all = <Row>(sql: string): Row[] => readable(() => db.prepare<[], Row>(sql).all()) ?? [];
  return {
    ...(epoch === undefined ? {} : { epoch }),
    ...(seq === undefined ? {} : { seq }),
    ...(Number.isSafeInteger(acknowledged) ? { acknowledged } : {}),
    ...(checkpoint === undefined ? {} : { checkpoint }),
    sessions: all('SELECT session, member FROM open_session ORDER BY rowid'),
    marks: all('SELECT name, value FROM mark'),
    counters: all('SELECT credential, value FROM counter'),
  };
}

function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (isDamage(error)) return undefined;
    throw error;
  }
}

function recovered(reason: Loss, { epoch, seq, acknowledged }: Remains): EventDraft {
  return {
    type: 'journal.recovered',
    outcome: 'failure',
    detail: {
      reason,
      ...(epoch === undefined ? {} : { oldEpoch: epoch }),
      ...(seq === undefined ? {} : { oldSeq: seq }),
      ...(acknowledged === undefined ? {} : { oldAcknowledged: acknowledged }),
    },
  };
}

/** The write-ahead log goes along: it may hold the newest events. */
function setAside(file: string): string {
  let number = 1;
  while (existsSync(`${file}.aside-${number}`)) number++;
  const aside = `${file}.aside-${number}`;
  for (const suffix of ['-wal', '-shm', '']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, aside + suffix);
  }
  return aside;
}
