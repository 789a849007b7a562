import type { Server } from 'node:http';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
} from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { EVENTS_CONTENT_TYPE, NONCE_HEADER } from '../common/wire.ts';
import type { Context } from './context.ts';
import { SILENT_AFTER_MS } from './domain/screen.ts';
import { Refusal } from './errors.ts';
import { refuseConnection } from './http/client-error.ts';
import { onlyHttps, securityHeaders } from './http/headers.ts';
import { type LimitNumbers, createLimits, standardLimits } from './http/limits.ts';
import type { Listening } from './http/listening.ts';
import { createNonces } from './http/nonces.ts';
import { describeRoutes } from './http/openapi.ts';
import { refuse } from './http/refuse.ts';
import { createIngest } from './ingest.ts';
import type { Keys } from './keys.ts';
import type { Ledger } from './ledger/ledger.ts';
import type { Log } from './log.ts';
import { createMetrics } from './metrics.ts';
import { createOverviewFeed } from './overview-feed.ts';
import { buildOverview } from './overview.ts';
import { consoleFileRoutes } from './routes/console-files.ts';
import { consoleRoutes } from './routes/console.ts';
import { healthRoutes } from './routes/health.ts';
import { logRoutes } from './routes/log.ts';
import { pairRoutes } from './routes/pair.ts';
import { stationRoutes } from './routes/station.ts';
import { streamRoutes } from './routes/stream.ts';
import { createRunning } from './running.ts';
import type { Store } from './store/store.ts';
import { createStreamFeed } from './stream-feed.ts';

export interface AppOptions {
  readonly store: Store;
  readonly ledger: Pick<Ledger, 'published' | 'check'>;
  readonly keys: Keys;
  readonly log: Log;
  readonly consoleDir: string;
  readonly listening?: Pick<Listening, 'tls' | 'trustProxy'>;
  /** Opens /metrics; without one it answers this computer only. */
  readonly metricsToken?: string | undefined;
  readonly limits?: LimitNumbers;
  /** Wall clock, ms. */
  readonly now?: () => number;
}

/** The whole server without a socket: `listen` it, or `inject` requests. Closing it leaves the store open. */
export async function buildApp(options: AppOptions): Promise<FastifyInstance> {
  const { store, ledger, keys, log, consoleDir, listening, metricsToken, now = Date.now } = options;
  const heard = new Map<string, number>();
  const feed = createOverviewFeed(() => buildOverview(store.read, heard, now()), log);
  const nonces = createNonces(keys.nonceKey, store.nonces, now);
  const running = createRunning();
  const metrics = createMetrics({
    ingesting: running.count,
    disputed: store.read.disputed,
    ledgerSize: () => ledger.published()?.checkpoint.size ?? 0,
    ledgerWaiting: store.read.waiting,
    heard: () => [...heard.values()].filter((at) => now() - at < SILENT_AFTER_MS).length,
  });
  const judged: Parameters<typeof createIngest>[0]['judged'] = (batch, fates) => {
    const at = batch.at(-1)?.event.at;
    if (at !== undefined) metrics.ingested(fates, (now() - Date.parse(at)) / 1000);
  };
  const ingest = running.watch(createIngest({ store, log, now, judged }));
  const streams = createStreamFeed(store.read, log, now);

  const loggerInstance: FastifyBaseLogger = log;
  const tls = listening?.tls;
  const trustProxy = [...(listening?.trustProxy ?? [])];
  const app = Fastify<Server>({
    loggerInstance,
    ...(tls === undefined ? {} : { https: { cert: tls.cert, key: tls.key } }),
    ...(trustProxy.length === 0 ? {} : { trustProxy }),
    // Fastify's own request lines carry the query, where the console's token may be.
    logController: new LogController({ disableRequestLogging: true }),
    frameworkErrors: (error, request, reply) => void refuse(error, request, reply),
    clientErrorHandler: refuseConnection,
    bodyLimit: 64 * 1024,
    requestTimeout: 60_000,
    // What reached us before the stop, or on a connection from before, is answered.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 200 },
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(refuse);
  app.setNotFoundHandler(() => {
    throw new Refusal('not-found');
  });
  keepRawBodies(app);

  app.decorateRequest('signed', null);
  app.decorateRequest('refusedWith', null);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(securityHeaders);
    if (request.protocol === 'https') reply.headers(onlyHttps);
    if (request.url.startsWith('/v1/')) reply.header(NONCE_HEADER, nonces.issue());
  });
  app.addHook('onResponse', async (request, reply) => {
    metrics.answered({
      method: request.method,
      route: request.routeOptions.url,
      status: reply.statusCode,
      seconds: reply.elapsedTime / 1000,
    });
    request.log.info({
      method: request.method,
      route: request.routeOptions.url,
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
      station: request.signed?.station.id,
      refusedWith: request.refusedWith ?? undefined,
    });
  });
  const deaf = [store.notices.listen(feed.changed), store.notices.listen(streams.noticed)];
  let isStopping = false;
  app.addHook('preClose', async () => {
    isStopping = true;
  });
  app.addHook('onSend', async (_request, reply) => {
    // Kept alive, it would hold the stop for as long as its station keeps on sending.
    if (isStopping) reply.header('connection', 'close');
  });
  app.addHook('onClose', async () => {
    // Whoever sent it may be gone: it is stored all the same.
    await running.settled();
    for (const stop of deaf) stop();
    feed.close();
    streams.close();
  });

  const limits = await createLimits(app, options.limits ?? standardLimits);
  app.addHook('onRequest', async (request) => {
    if (!request.routeOptions.config.signed) await limits.address(request);
  });
  const context: Context = {
    store,
    keys,
    nonces,
    limits,
    ingest,
    feed,
    ledger,
    streams,
    heard,
    consoleDir,
    now,
  };
  await describeRoutes(app);
  const checks = {
    database: store.read.practice,
    migrations: store.checkSchema,
    ledger: ledger.check,
  };
  await app.register(healthRoutes({ checks, metrics, metricsToken }));
  await app.register(stationRoutes(context));
  await app.register(streamRoutes(context));
  await app.register(logRoutes(context));
  await app.register(pairRoutes(context));
  await app.register(consoleRoutes(context));
  await app.register(consoleFileRoutes(context));
  return app;
}

/** Signatures and chain hashes are over the bytes that came, so parsers keep them. */
function keepRawBodies(app: FastifyInstance): void {
  app.decorateRequest('rawBody', null);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    EVENTS_CONTENT_TYPE,
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer) => {
      request.rawBody = body;
    },
  );
  app.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (request: FastifyRequest, body: Buffer): Promise<unknown> => {
      request.rawBody = body;
      try {
        return JSON.parse(body.toString('utf8'));
      } catch {
        // The parser's own message quotes the body.
        throw new Refusal('not-json');
      }
    },
  );
}
