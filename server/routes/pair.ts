import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { calculateJwkThumbprint } from 'jose';
import { pairRequest, pairResponse } from '../../common/wire.ts';
import type { Context } from '../context.ts';
import { Refusal } from '../errors.ts';
import { sameText } from '../hash.ts';
import { bodyHash, readToken, verifyToken } from '../http/request-token.ts';
import { pairStation } from '../pairing.ts';

export const pairRoutes =
  ({ store, keys, nonces, limits, heard, feed, now }: Context): FastifyPluginAsyncZod =>
  async (app) => {
    app.post(
      '/v1/pair',
      {
        bodyLimit: 8 * 1024,
        schema: {
          summary: 'Pairs a new station by a pairing code',
          security: [{ station: [] }],
          body: pairRequest,
          response: { 200: pairResponse },
        },
        onRequest: limits.guesses,
      },
      async (request) => {
        const { secret, name, publicKey, station: former } = request.body;
        const thumbprint = await calculateJwkThumbprint(publicKey, 'sha256');
        // Signed with the key in the body: who pairs a key holds it.
        const token = readToken(request.headers.authorization);
        if (!token.ok) throw new Refusal(token.error);
        if (token.value.kid !== thumbprint) throw new Refusal('bad-signature');
        const claims = await verifyToken(token.value.jwt, publicKey, request, nonces);
        if (!claims.ok) throw new Refusal(claims.error);
        if (!sameText(claims.value.bsh, bodyHash(request.rawBody))) throw new Refusal('wrong-body');

        const paired = await pairStation(store, {
          secret,
          name,
          publicKey,
          thumbprint,
          station: former,
          now: now(),
        });
        if (!paired.ok) {
          await limits.countGuess(request);
          throw new Refusal(paired.error);
        }
        const { station, group } = paired.value;
        request.log.info({ station, group }, 'station paired');
        heard.set(station, now());
        feed.changed();
        return { station, group, serverKey: keys.publicJwk };
      },
    );
  };
