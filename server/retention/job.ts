import type { Log } from '../log.ts';
import type { Store } from '../store/store.ts';
import { removeOldBodies } from './remove.ts';

const FIRST_MS = 60_000;
const AGAIN_MS = 6 * 3_600_000;

export interface Retention {
  /** Ends after the portion in hand. */
  close(): Promise<void>;
}

/** Removes old bodies a few times a day; every server of a database may run it. */
export function startRetention(options: {
  readonly store: Pick<Store, 'write'>;
  readonly now: () => number;
  readonly log: Log;
  readonly firstMs?: number;
}): Retention {
  const { store, now, log, firstMs = FIRST_MS } = options;
  const ended = new AbortController();
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function run(): Promise<void> {
    try {
      const done = await removeOldBodies(store, { now: now(), signal: ended.signal });
      if (done !== undefined && done.removed > 0) log.info(done, 'old bodies removed');
    } catch (error) {
      log.error({ alert: 'retention-failed', err: error }, 'old bodies were not removed');
    }
    running = undefined;
    later(AGAIN_MS);
  }

  function later(ms: number): void {
    if (ended.signal.aborted) return;
    timer = setTimeout(() => {
      running = run();
    }, ms).unref();
  }

  later(firstMs);
  return {
    async close() {
      ended.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
