import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import type { Fate } from './domain/judge.ts';
import { within } from './deadline.ts';

/** What the server counts, in Prometheus' form. No label says who or what was asked for. */
export interface Metrics {
  readonly contentType: string;
  answered(answer: {
    readonly method: string;
    /** The route's pattern, never the address that was asked for. */
    readonly route: string | undefined;
    readonly status: number;
    readonly seconds: number;
  }): void;
  /** A batch was stored: what became of each event, and the age of the newest by its station's clock. */
  ingested(fates: readonly Fate[], ageSeconds: number): void;
  text(): Promise<string>;
}

const DEADLINE_MS = 2000;

export function createMetrics(read: {
  /** Batches of events that are being judged and stored. */
  readonly ingesting: () => number;
  readonly disputed: () => Promise<number>;
  /** Leaves under the newest published checkpoint. */
  readonly ledgerSize: () => number;
  readonly ledgerWaiting: () => Promise<number>;
  /** Stations that have proved themselves in the last minute, to this process. */
  readonly heard: () => number;
}): Metrics {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry });
  const requests = new Counter({
    name: 'wardlock_http_requests_total',
    help: 'Requests answered',
    labelNames: ['method', 'route', 'status'],
    registers,
  });
  const seconds = new Histogram({
    name: 'wardlock_http_request_seconds',
    help: 'Time to answer a request',
    labelNames: ['route'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  });
  const events = new Counter({
    name: 'wardlock_ingest_events_total',
    help: 'Events received, by what became of them',
    labelNames: ['verdict'],
    registers,
  });
  const age = new Histogram({
    name: 'wardlock_ingest_age_seconds',
    help: 'Age of a batch’s newest event when it was stored, by its station’s clock',
    buckets: [1, 5, 30, 60, 300, 3600, 86_400, 604_800],
    registers,
  });
  const gauge = (name: string, help: string, value: () => number | Promise<number>) =>
    new Gauge({
      name,
      help,
      registers,
      async collect() {
        // A database that is away must not take the other figures with it.
        this.set(await within(DEADLINE_MS, Promise.resolve(value())).catch(() => Number.NaN));
      },
    });
  gauge('wardlock_ingest_in_progress', 'Batches being judged and stored', read.ingesting);
  gauge('wardlock_events_disputed', 'Events stored as disputed', read.disputed);
  gauge('wardlock_ledger_size', 'Leaves under the newest checkpoint', read.ledgerSize);
  gauge('wardlock_ledger_waiting', 'Runs of events not in the tree yet', read.ledgerWaiting);
  gauge('wardlock_stations_heard', 'Stations heard by this process within a minute', read.heard);

  return {
    contentType: registry.contentType,
    answered({ method, route = 'none', status, seconds: took }) {
      requests.inc({ method, route, status: String(status) });
      seconds.observe({ route }, took);
    },
    ingested(fates, ageSeconds) {
      for (const { kind } of fates) events.inc({ verdict: kind });
      age.observe(ageSeconds);
    },
    text: () => registry.metrics(),
  };
}
