import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { commandAnswer } from '../../common/command.ts';
import type { Context } from '../context.ts';
import { askedOnce } from '../http/asked-once.ts';
import { bootWatch } from '../http/boot-watch.ts';
import { stationAuth, stationOf } from '../http/station-auth.ts';
import { signSheet } from '../station-commands.ts';

/** What the server tells a station of its own accord: hints over a stream, and commands for the asking. */
export const streamRoutes =
  (context: Context): FastifyPluginAsyncZod =>
  async (app) => {
    const { store, keys, streams, now } = context;
    const auth = stationAuth(context);
    const open = new Map<string, () => void>();

    const hints = {
      security: [{ station: [] }],
      summary: 'Server-sent hints that there is something to ask for',
      response: { 200: { content: { 'text/event-stream': { schema: z.string() } } } },
    };
    app.get(
      '/v1/stream',
      { ...auth, preHandler: bootWatch(context), schema: hints },
      async (request, reply) => {
        const { id: station, group_name: group } = stationOf(request);
        reply.hijack();
        const { raw } = reply;
        raw.writeHead(200, {
          ...Object.fromEntries(Object.entries(reply.getHeaders()).map(([k, v]) => [k, String(v)])),
          'content-type': 'text/event-stream',
        });
        raw.write(': hello\n\n');
        const end = () => void raw.end();
        const leave = streams.join({
          station,
          group,
          hint(hint) {
            if (raw.writableNeedDrain) return false;
            raw.write(`event: hint\ndata: ${JSON.stringify(hint)}\n\n`);
            return true;
          },
          beat() {
            if (!raw.writableNeedDrain) raw.write(': beat\n\n');
          },
          end,
        });
        // A station has one stream: what is left of an older one after a cut line is not kept.
        open.get(station)?.();
        open.set(station, end);
        request.raw.once('close', () => {
          leave();
          if (open.get(station) === end) open.delete(station);
        });
      },
    );

    // Open streams would hold the server's stop for ever.
    app.addHook('preClose', async () => {
      for (const end of open.values()) end();
    });

    app.get(
      '/v1/commands',
      {
        ...auth,
        schema: {
          security: [{ station: [] }],
          summary: 'The station’s open commands, signed for this one question',
          response: {
            200: { content: { 'application/jose': { schema: z.string() } } },
          },
          querystring: z.strictObject({
            ask: askedOnce,
            after: z.coerce.number().int().min(0),
          }),
        },
      },
      async (request, reply) => {
        const { ask, after } = request.query;
        const { id: station, command_number: newest } = stationOf(request);
        if (after > newest) await store.write((tx) => tx.raiseCommandNumber(station, after));
        const at = now();
        const rows = await store.read.openCommands(station, after, new Date(at).toISOString());
        const sheet = await signSheet(rows, { station, ask, now: at }, keys);
        return reply.type('application/jose').send(sheet);
      },
    );

    app.post(
      '/v1/commands',
      {
        ...auth,
        bodyLimit: 1024,
        schema: {
          security: [{ station: [] }],
          summary: 'What became of a command',
          body: commandAnswer,
        },
      },
      async (request, reply) => {
        const { id: station } = stationOf(request);
        const { number, outcome } = request.body;
        await store.write((tx) =>
          tx.answerCommand(station, request.body, new Date(now()).toISOString()),
        );
        request.log.info({ station, number, outcome }, 'command answered');
        return reply.code(204).send();
      },
    );
  };
