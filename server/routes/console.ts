import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { id } from '../../common/event.ts';
import { eventList, overview } from '../../common/wire.ts';
import type { Context } from '../context.ts';
import { Refusal } from '../errors.ts';
import { hasConsoleToken } from '../http/console-cookie.ts';
import { buildOverview } from '../overview.ts';

const MAX_STREAMS = 50;
const security = [{ console: [] }, { consoleCookie: [] }];
const place = z.coerce.number().int().min(0).optional();
const eventsQuery = z.strictObject({
  station: id.optional(),
  after: place,
  before: place,
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});

/** What the console page calls, with the console's token. */
export const consoleRoutes =
  ({ store, keys, feed, heard, now }: Context): FastifyPluginAsyncZod =>
  async (app) => {
    app.addHook('onRequest', async (request) => {
      if (!hasConsoleToken(request.headers, keys.consoleToken)) {
        throw new Refusal('no-console-token');
      }
    });

    app.get(
      '/v1/console/events',
      {
        schema: {
          summary: 'Stored events, a page at a time',
          security,
          querystring: eventsQuery,
          response: { 200: eventList },
        },
      },
      async (request) => ({
        events: (await store.read.events(request.query)).map((row) => ({
          id: row.id,
          receivedAt: row.received_at,
          verdict: row.verdict,
          ...(row.reason === null ? {} : { reason: row.reason }),
          hash: row.hash,
          canonical: Buffer.from(row.canonical).toString('utf8'),
        })),
      }),
    );

    app.get(
      '/v1/console/overview',
      { schema: { summary: 'What happens now', security, response: { 200: overview } } },
      () => buildOverview(store.read, heard, now()),
    );

    app.get(
      '/v1/console/stream',
      {
        exposeHeadRoute: false,
        schema: {
          summary: 'The overview again, whenever it changes',
          security,
          response: { 200: { content: { 'text/event-stream': { schema: z.string() } } } },
        },
      },
      async (request, reply) => {
        if (feed.listeners() >= MAX_STREAMS) throw new Refusal('too-many-streams');
        const first = await buildOverview(store.read, heard, now());
        reply.hijack();
        const { raw } = reply;
        raw.writeHead(200, {
          ...Object.fromEntries(Object.entries(reply.getHeaders()).map(([k, v]) => [k, String(v)])),
          'content-type': 'text/event-stream',
        });
        const write = (text: string) => {
          // An overview is whole in itself: a slow console skips some instead of filling memory.
          if (!raw.writableNeedDrain) raw.write(text);
        };
        const send = (value: unknown) =>
          write(`event: overview\ndata: ${JSON.stringify(value)}\n\n`);
        const leave = feed.listen({ overview: send, beat: () => write(': beat\n\n') });
        const end = () => void raw.end();
        streams.add(end);
        request.raw.once('close', () => {
          leave();
          streams.delete(end);
        });
        send(first);
        // What was committed while the first was read.
        feed.changed();
      },
    );

    // Open streams would hold the server's stop for ever.
    const streams = new Set<() => void>();
    app.addHook('preClose', async () => {
      for (const end of streams) end();
    });
  };
