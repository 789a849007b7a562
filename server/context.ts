import type { Ingest } from './ingest.ts';
import type { Limits } from './http/limits.ts';
import type { Nonces } from './http/nonces.ts';
import type { VerifiedToken } from './http/request-token.ts';
import type { Keys } from './keys.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { OverviewFeed } from './overview-feed.ts';
import type { Store } from './store/store.ts';
import type { StationRow } from './store/reader.ts';
import type { StreamFeed } from './stream-feed.ts';

/** What the routes work with; made once in app.ts. */
export interface Context {
  readonly store: Store;
  readonly keys: Keys;
  readonly nonces: Nonces;
  readonly limits: Limits;
  readonly ingest: Ingest;
  readonly feed: OverviewFeed;
  readonly ledger: Pick<Ledger, 'published'>;
  /** Hints to the stations that listen. */
  readonly streams: StreamFeed;
  /** Station id → when it last proved itself, ms. In memory: a restart costs one silent minute at most. */
  readonly heard: Map<string, number>;
  /** Folder with the built console. */
  readonly consoleDir: string;
  readonly now: () => number;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A station signs its requests: they count as the station’s, not as those of an address. */
    signed?: true;
  }
  interface FastifyRequest {
    /** The body as it came; set by the content type parsers, null when there is none. */
    rawBody: Uint8Array | null;
    /** Set by the station routes' first hook: who signed, and the body hash they signed. */
    signed: ({ readonly station: StationRow } & VerifiedToken) | null;
    /** Code of the refusal, for the log line. */
    refusedWith: string | null;
  }
}
