import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { MAX_EVENT_BYTES } from '../../common/event.ts';
import {
  EVENTS_CONTENT_TYPE,
  MAX_BATCH_EVENTS,
  eventsResponse,
  nonceResponse,
} from '../../common/wire.ts';
import type { Context } from '../context.ts';
import { readBatch } from '../domain/batch.ts';
import { Refusal } from '../errors.ts';
import { bootWatch } from '../http/boot-watch.ts';
import { stationAuth, stationOf } from '../http/station-auth.ts';

/** What a station calls. */
export const stationRoutes =
  (context: Context): FastifyPluginAsyncZod =>
  async (app) => {
    const { store, nonces, ingest } = context;
    const auth = stationAuth(context);

    app.get(
      '/v1/nonce',
      {
        schema: {
          summary: 'A nonce for the next request; every answer brings one too',
          response: { 200: nonceResponse },
        },
      },
      async () => ({ nonce: nonces.issue() }),
    );

    app.get(
      '/v1/directory',
      {
        ...auth,
        preHandler: bootWatch(context),
        schema: {
          summary: 'The signed directory of the station’s group, if newer than the one it has',
          security: [{ station: [] }],
          querystring: z.strictObject({ have: z.coerce.number().int().min(0).default(0) }),
          response: {
            200: { content: { 'application/jose': { schema: z.string() } } },
            204: z.undefined().describe('It has the newest.'),
          },
        },
      },
      async (request, reply) => {
        const snapshot = await store.read.newestSnapshot(stationOf(request).group_name);
        if (snapshot === undefined) throw new Refusal('no-directory');
        if (request.query.have >= snapshot.version) return reply.code(204).send();
        return reply.type('application/jose').send(snapshot.jws);
      },
    );

    app.post(
      '/v1/events',
      {
        ...auth,
        bodyLimit: MAX_BATCH_EVENTS * (MAX_EVENT_BYTES + 1),
        schema: {
          summary: 'Takes a station’s events; answers once they are stored',
          security: [{ station: [] }],
          consumes: [EVENTS_CONTENT_TYPE],
          body: z
            .unknown()
            .describe('Canonical events (RFC 8785) of one epoch, ascending, one a line.'),
          response: { 200: eventsResponse },
        },
      },
      async (request) => {
        if (!request.headers['content-type']?.startsWith(EVENTS_CONTENT_TYPE)) {
          throw new Refusal('wrong-content-type');
        }
        const station = stationOf(request).id;
        const batch = readBatch(request.rawBody ?? new Uint8Array(0), station);
        if (!batch.ok) {
          const { code, ...more } = batch.error;
          throw new Refusal(code, more);
        }
        const outcome = await ingest(station, batch.value);
        if (!outcome.ok) throw new Refusal(outcome.error);
        return outcome.value;
      },
    );
  };
