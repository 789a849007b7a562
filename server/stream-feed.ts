import { type StreamHint, STREAM_BEAT_MS } from '../common/command.ts';
import type { Log } from './log.ts';
import type { Store } from './store/store.ts';

/** One station's open stream. */
export interface StreamListener {
  readonly station: string;
  readonly group: string;
  /** False = not written now, the stream is full: told again at the next look. */
  hint(hint: StreamHint): boolean;
  beat(): void;
  /** It was revoked: what it hears when it comes back says so. */
  end(): void;
}

export interface StreamFeed {
  /** Returns the way out. */
  join(listener: StreamListener): () => void;
  /** Something was committed, here or by another server process: see `STREAM_NOTICE`. */
  noticed(hint: string): void;
  close(): void;
}

/** The store's hint that there is something that stations may want to know. */
export const STREAM_NOTICE = 'stream';

/**
 * How often the database is looked at while stations listen: a change by another process (a second
 * server, the command line) reaches them within this time, whatever else fails.
 */
const LOOK_MS = 1_000;

interface Told {
  version: number;
  number: number;
}

/** Tells listening stations that their directory or their commands are newer than what was last told. */
export function createStreamFeed(
  read: Pick<Store['read'], 'newestVersions' | 'openCommandNumbers' | 'revokedStations'>,
  log: Log,
  now: () => number,
): StreamFeed {
  const listeners = new Map<StreamListener, Told>();
  let look: NodeJS.Timeout | undefined;
  let beat: NodeJS.Timeout | undefined;
  let isLooking = false;
  let isWanted = false;

  async function run(): Promise<void> {
    isLooking = true;
    while (isWanted && listeners.size > 0) {
      isWanted = false;
      try {
        await lookOnce();
      } catch (error) {
        log.error({ err: error }, 'the stream could not look at the database');
      }
    }
    isLooking = false;
  }

  async function lookOnce(): Promise<void> {
    const versions = new Map(
      (await read.newestVersions()).map(({ group, version }) => [group, version]),
    );
    const numbers = new Map(
      (await read.openCommandNumbers(new Date(now()).toISOString())).map((one) => [
        one.station,
        one.number,
      ]),
    );
    const revoked = new Set(await read.revokedStations());
    for (const [listener, told] of listeners) {
      if (revoked.has(listener.station)) listener.end();
      const version = versions.get(listener.group) ?? 0;
      if (version > told.version && listener.hint({ kind: 'directory', version })) {
        told.version = version;
      }
      const number = numbers.get(listener.station) ?? 0;
      if (number > told.number && listener.hint({ kind: 'commands', number })) {
        told.number = number;
      }
    }
  }

  function wake(): void {
    isWanted = true;
    if (!isLooking) void run();
  }

  function rest(): void {
    clearInterval(look);
    clearInterval(beat);
    look = beat = undefined;
  }

  return {
    join(listener) {
      listeners.set(listener, { version: 0, number: 0 });
      look ??= setInterval(wake, LOOK_MS).unref();
      beat ??= setInterval(() => {
        for (const one of listeners.keys()) one.beat();
      }, STREAM_BEAT_MS).unref();
      wake();
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) rest();
      };
    },
    noticed(hint) {
      if (hint === STREAM_NOTICE) wake();
    },
    close() {
      listeners.clear();
      rest();
    },
  };
}
