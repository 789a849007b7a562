import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import { within } from '../deadline.ts';
import { connection } from './postgres.ts';

type Listener = (hint: string) => void;

/**
 * Hints that something was committed: never the news itself, and not always each one. Whoever listens reads
 * the store, and reads it now and then without a hint too.
 */
export interface Notices {
  /** Returns what ends the listening. */
  listen(listener: Listener): () => void;
  /** Told by the store after each commit of its own. */
  committed(hints: Iterable<string>): void;
  close(): Promise<void>;
}

function listeners() {
  const all = new Set<Listener>();
  return {
    listen(listener: Listener) {
      all.add(listener);
      return () => void all.delete(listener);
    },
    tell(hint: string): void {
      for (const listener of all) listener(hint);
    },
  };
}

/** One process on one file: a commit of its own is all there is to hear. */
export function localNotices(): Notices {
  const { listen, tell } = listeners();
  return {
    listen,
    committed(hints) {
      for (const hint of hints) tell(hint);
    },
    close: async () => undefined,
  };
}

const CHANNEL = 'wardlock';
const AGAIN_MS = 1_000;
/** Between two messages of one process, however much it commits. */
const SPACING_MS = 100;
const LAST_WORD_MS = 2_000;

/**
 * LISTEN and NOTIFY on a connection of their own; what comes while it is broken off is lost, as a hint may be.
 * NOTIFY comes after the commit, not in it: it holds a lock that all who notify share until their commit is
 * on the disk, which halves what a database takes in small transactions.
 */
export async function postgresNotices(url: string, lost: (error: Error) => void): Promise<Notices> {
  const { listen, tell } = listeners();
  const waiting = new Set<string>();
  let client: Client | undefined;
  let again: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;
  let isClosed = false;

  async function connect(): Promise<void> {
    const fresh = new Client(connection(url));
    let own: number | undefined;
    let isOver = false;
    const over = () => {
      if (isOver) return;
      isOver = true;
      client = undefined;
      if (!isClosed) again = setTimeout(() => void connect().catch(lost), AGAIN_MS);
    };
    fresh.on('notification', ({ processId, payload }) => {
      // Our own were told at once.
      if (processId !== own) tell(payload ?? '');
    });
    fresh.on('error', lost);
    fresh.on('end', over);
    try {
      await fresh.connect();
      const { rows } = await fresh.query<{ pid: number }>('select pg_backend_pid() as pid');
      own = rows[0]?.pid;
      await fresh.query(`listen ${CHANNEL}`);
    } catch (error) {
      over();
      void fresh.end().catch(lost);
      throw error;
    }
    if (isOver) return;
    client = fresh;
    kick();
  }

  async function send(to: Client): Promise<void> {
    while (waiting.size > 0 && to === client) {
      const hints = [...waiting];
      waiting.clear();
      try {
        const text = `select pg_notify('${CHANNEL}', hint) from unnest($1::text[]) as hint`;
        await to.query(text, [hints]);
      } catch (error) {
        lost(error instanceof Error ? error : new Error(String(error)));
      }
      if (!isClosed) await sleep(SPACING_MS);
    }
    sending = undefined;
    kick();
  }

  /** What waits is sent, as soon as there is a connection. */
  function kick(): void {
    if (waiting.size > 0 && client !== undefined) sending ??= send(client);
  }

  try {
    await connect();
  } catch (error) {
    isClosed = true;
    clearTimeout(again);
    throw error;
  }
  return {
    listen,
    committed(hints) {
      for (const hint of hints) {
        waiting.add(hint);
        tell(hint);
      }
      kick();
    },
    async close() {
      isClosed = true;
      clearTimeout(again);
      // A command writes and closes at once: the others shall hear of it.
      await within(LAST_WORD_MS, sending ?? Promise.resolve()).catch(lost);
      await client?.end();
    },
  };
}
