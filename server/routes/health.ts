import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import * as z from 'zod';
import { within } from '../deadline.ts';
import { Refusal } from '../errors.ts';
import { sameText } from '../hash.ts';
import { isLoopback } from '../http/listening.ts';
import type { Metrics } from '../metrics.ts';

/** Something without which the server is of no use. Throws, or takes for ever, when it is not there. */
export type ReadyCheck = () => Promise<unknown>;

const CHECK_MS = 2000;
const outcome = z.enum(['ok', 'failed']);
const readiness = z.strictObject({ ready: z.boolean(), checks: z.record(z.string(), outcome) });
const asText = (type: string) => ({ content: { [type]: { schema: z.string() } } });

/** What a supervisor, a load balancer and a monitoring system ask. */
export const healthRoutes =
  (deps: {
    readonly checks: Readonly<Record<string, ReadyCheck>>;
    readonly metrics: Metrics;
    readonly metricsToken: string | undefined;
  }): FastifyPluginAsyncZod =>
  async (app) => {
    const { checks, metrics, metricsToken } = deps;

    app.get(
      '/health/live',
      {
        schema: {
          summary: 'The process runs',
          response: { 200: z.strictObject({ live: z.literal(true) }) },
        },
      },
      async () => ({ live: true as const }),
    );

    app.get(
      '/health/ready',
      {
        schema: {
          summary: 'Requests can be answered: 503 while something is missing',
          response: { 200: readiness, 503: readiness },
        },
      },
      async (request, reply) => {
        const outcomes = await Promise.all(
          Object.entries(checks).map(async ([name, check]) => {
            try {
              await within(CHECK_MS, check());
              return [name, 'ok'] as const;
            } catch (error) {
              request.log.warn({ check: name, err: error }, 'not ready');
              return [name, 'failed'] as const;
            }
          }),
        );
        const ready = outcomes.every(([, one]) => one === 'ok');
        reply.code(ready ? 200 : 503);
        return { ready, checks: Object.fromEntries(outcomes) };
      },
    );

    app.get(
      '/metrics',
      {
        schema: {
          summary: 'Figures for Prometheus',
          security: [{ metrics: [] }],
          response: { 200: asText('text/plain') },
        },
        onRequest: async (request) => {
          if (!maySeeMetrics(request, metricsToken)) throw new Refusal('no-metrics-token');
        },
      },
      async (_request, reply) => reply.type(metrics.contentType).send(await metrics.text()),
    );

    app.get(
      '/openapi.json',
      {
        schema: {
          summary: 'This document',
          response: { 200: z.record(z.string(), z.unknown()) },
        },
      },
      async () => ({ ...app.swagger() }),
    );
  };

/** Where there is no token, who asks must be on this computer, and not a proxy for somebody elsewhere. */
function maySeeMetrics(request: FastifyRequest, token: string | undefined): boolean {
  const { headers, socket } = request;
  if (token !== undefined) {
    const given = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1];
    return sameText(given ?? '', token);
  }
  const isForwarded = ['forwarded', 'x-forwarded-for', 'x-real-ip', 'via'].some(
    (name) => headers[name] !== undefined,
  );
  return !isForwarded && isLoopback(socket.remoteAddress ?? '');
}
