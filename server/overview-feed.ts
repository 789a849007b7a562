import type { Overview } from '../common/wire.ts';
import type { Log } from './log.ts';

export interface FeedListener {
  overview(overview: Overview): void;
  /** Nothing new; the line is still there. */
  beat(): void;
}

/** Tells open consoles what changed, at most four times a second. */
export interface OverviewFeed {
  changed(): void;
  listen(listener: FeedListener): () => void;
  listeners(): number;
  close(): void;
}

const SPACING_MS = 250;
const BEAT_MS = 15_000;

export function createOverviewFeed(build: () => Promise<Overview>, log: Log): OverviewFeed {
  const listeners = new Set<FeedListener>();
  let scheduled: NodeJS.Timeout | undefined;
  let sentAt = 0;

  const send = async () => {
    sentAt = Date.now();
    try {
      const overview = await build();
      for (const listener of listeners) listener.overview(overview);
    } catch (error) {
      // The next change or beat tries again; a console's view must not end the server.
      log.error({ err: error }, 'overview failed');
    }
  };
  const changed = () => {
    if (listeners.size === 0 || scheduled !== undefined) return;
    scheduled = setTimeout(
      () => {
        scheduled = undefined;
        void send();
      },
      Math.max(0, sentAt + SPACING_MS - Date.now()),
    );
  };
  // A station turns silent by time alone, so the beat brings a fresh overview too.
  const beat = setInterval(() => {
    for (const listener of listeners) listener.beat();
    changed();
  }, BEAT_MS);
  beat.unref();

  return {
    changed,
    listeners: () => listeners.size,
    listen(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    close() {
      clearInterval(beat);
      clearTimeout(scheduled);
      listeners.clear();
    },
  };
}
