import fastifySwagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import {
  createJsonSchemaTransform,
  createJsonSchemaTransformObject,
} from 'fastify-type-provider-zod';
import * as z from 'zod';
import { wireError } from '../../common/wire.ts';
import { CONSOLE_COOKIE } from './console-cookie.ts';

/** Schemas that the document names instead of repeating them. */
const schemaRegistry = z.registry<{ id: string }>();
schemaRegistry.add(wireError, { id: 'WireError' });

const refusal = {
  content: { 'application/json': { schema: { $ref: '#/components/schemas/WireError' } } },
};
const everyRoute = {
  '4XX': { description: 'Refused: the code says why, the message what to do.', ...refusal },
  '5XX': { description: 'The server cannot answer now.', ...refusal },
};

/** Describes every route that is registered after it, from the schemas that validate it. */
export async function describeRoutes(app: FastifyInstance): Promise<void> {
  const fromZod = createJsonSchemaTransform({ schemaRegistry });
  await app.register(fastifySwagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Wardlock server', version: '1' },
      components: {
        securitySchemes: {
          station: {
            type: 'http',
            scheme: 'Wardlock',
            description:
              'A JWT (EdDSA) by the station’s key over method, path and query, body hash and the nonce of an earlier answer.',
          },
          console: { type: 'http', scheme: 'bearer' },
          consoleCookie: { type: 'apiKey', in: 'cookie', name: CONSOLE_COOKIE },
          metrics: { type: 'http', scheme: 'bearer' },
        },
      },
    },
    transform(route) {
      const { url, schema } = fromZod(route);
      return { url, schema: { ...schema, response: { ...responses(schema), ...everyRoute } } };
    },
    transformObject: createJsonSchemaTransformObject({ schemaRegistry }),
  });
}

const responses = (schema: { readonly response?: unknown } | undefined): object =>
  typeof schema?.response === 'object' && schema.response !== null
    ? schema.response
    : { '2XX': { description: 'Done.' } };
