import type { FastifyRequest } from 'fastify';
import { sameText } from '../hash.ts';
import type { Context } from '../context.ts';
import { Refusal } from '../errors.ts';
import type { StationRow } from '../store/reader.ts';
import { bodyHash, readToken, verifyToken } from './request-token.ts';

/** Hooks of every route that a paired station calls. */
export function stationAuth({ store, nonces, heard, now }: Context) {
  return {
    /** Before the body is read: a stranger cannot make the server take one. */
    async onRequest(request: FastifyRequest): Promise<void> {
      const token = readToken(request.headers.authorization);
      if (!token.ok) throw new Refusal(token.error);
      const station = await store.read.station(token.value.kid);
      if (station === undefined) throw new Refusal('unknown-station');
      const key = { kty: 'OKP', crv: 'Ed25519', x: station.public_key } as const;
      const claims = await verifyToken(token.value.jwt, key, request, nonces);
      if (!claims.ok) throw new Refusal(claims.error);
      request.signed = { station, bsh: claims.value.bsh };
    },
    async preValidation(request: FastifyRequest): Promise<void> {
      const { station, bsh } = signedOf(request);
      if (!sameText(bsh, bodyHash(request.rawBody))) throw new Refusal('wrong-body');
      heard.set(station.id, now());
    },
  };
}

function signedOf(request: FastifyRequest) {
  if (request.signed === null) throw new Error('route without station authentication');
  return request.signed;
}

/** The station that signed this request. */
export const stationOf = (request: FastifyRequest): StationRow => signedOf(request).station;
