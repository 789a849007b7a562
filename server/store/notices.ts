import { Client } from 'pg';
import { NOTICE_CHANNEL } from './dialect.ts';
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

const AGAIN_MS = 1_000;

/** LISTEN on a connection of its own; what came while it was broken off is lost, as a hint may be. */
export async function postgresNotices(url: string, lost: (error: Error) => void): Promise<Notices> {
  const { listen, tell } = listeners();
  let client: Client | undefined;
  let again: NodeJS.Timeout | undefined;
  let isClosed = false;

  async function connect(): Promise<void> {
    const fresh = new Client(connection(url));
    client = fresh;
    fresh.on('notification', ({ payload }) => tell(payload ?? ''));
    fresh.on('error', lost);
    fresh.on('end', () => {
      if (isClosed) return;
      again = setTimeout(() => void connect().catch(lost), AGAIN_MS);
    });
    await fresh.connect();
    await fresh.query(`listen ${NOTICE_CHANNEL}`);
  }

  await connect();
  return {
    listen,
    // It comes back from the database like everybody else's.
    committed: () => undefined,
    async close() {
      isClosed = true;
      clearTimeout(again);
      await client?.end();
    },
  };
}
