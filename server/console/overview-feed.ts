import { overview, type Overview } from '../../common/wire.ts';

/** What the page knows, and how well. Times are `Date.now()` of this browser. */
export type Feed =
  | { kind: 'loading' }
  /** No sign-in, or one that is no longer good. */
  | { kind: 'unauthorized' }
  /** Nothing was ever received. */
  | { kind: 'unreachable' }
  /** The server answered something that is not an overview. */
  | { kind: 'unreadable' }
  | { kind: 'shown'; overview: Overview; receivedAt: number; link: 'live' | 'lost' };

export type OverviewFeed = {
  current(): Feed;
  subscribe(listener: () => void): () => void;
  start(): void;
  stop(): void;
};

const OVERVIEW = '/v1/console/overview';
const STREAM = '/v1/console/stream';
/** An open stream that says nothing for this long is asked whether it is still there. */
const QUIET_MS = 15_000;
const ANSWER_MS = 5_000;
const RETRY_MS = 2_000;

/** First paint by a request, then live by server-sent events; comes back by itself. */
export function createOverviewFeed(): OverviewFeed {
  const listeners = new Set<() => void>();
  let feed: Feed = { kind: 'loading' };
  let stream: EventSource | undefined;
  let timer: number | undefined;
  let stopped = false;

  const set = (next: Feed): void => {
    feed = next;
    for (const listener of listeners) listener();
  };

  const accept = (body: unknown): void => {
    const parsed = overview.safeParse(body);
    set(
      parsed.success
        ? { kind: 'shown', overview: parsed.data, receivedAt: Date.now(), link: 'live' }
        : { kind: 'unreadable' },
    );
  };

  const lose = (): void =>
    set(feed.kind === 'shown' ? { ...feed, link: 'lost' } : { kind: 'unreachable' });

  const wait = (milliseconds: number, then: () => void): void => {
    window.clearTimeout(timer);
    if (!stopped) timer = window.setTimeout(then, milliseconds);
  };

  /** Closes the stream and begins again with a request, which alone can tell 401 from a lost network. */
  const restart = (): void => {
    stream?.close();
    stream = undefined;
    wait(RETRY_MS, () => void load());
  };

  const listen = (): void => {
    stream = new EventSource(STREAM);
    stream.addEventListener('overview', (message: MessageEvent<string>) => {
      accept(jsonOf(message.data));
      wait(QUIET_MS, () => void load());
    });
    stream.addEventListener('error', () => {
      lose();
      restart();
    });
  };

  const load = async (): Promise<void> => {
    const answer = await ask();
    if (stopped) return;
    if (answer.kind === 'lost') {
      lose();
      restart();
      return;
    }
    if (answer.kind === 'unauthorized') {
      stream?.close();
      set({ kind: 'unauthorized' });
      return;
    }
    accept(answer.body);
    if (stream === undefined) listen();
    wait(QUIET_MS, () => void load());
  };

  return {
    current: () => feed,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start() {
      stopped = false;
      void load();
    },
    stop() {
      stopped = true;
      stream?.close();
      stream = undefined;
      window.clearTimeout(timer);
    },
  };
}

type Answer = { kind: 'body'; body: unknown } | { kind: 'unauthorized' } | { kind: 'lost' };

async function ask(): Promise<Answer> {
  try {
    const response = await fetch(OVERVIEW, {
      cache: 'no-store',
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    if (response.status === 401) return { kind: 'unauthorized' };
    if (!response.ok) return { kind: 'lost' };
    return { kind: 'body', body: jsonOf(await response.text()) };
  } catch {
    // Refused, timed out or cut off: for the reader these are one thing, shown with the age of the page.
    return { kind: 'lost' };
  }
}

/** The value of JSON text; undefined for text that is none, which no schema accepts. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
