import type { FastifyRequest } from 'fastify';
import { type Result, err, ok } from '../../common/result.ts';
import type { Context } from '../context.ts';
import { Refusal, type RefusalCode } from '../errors.ts';
import { sameText } from '../hash.ts';
import type { StationRow } from '../store/reader.ts';
import { bodyHash, readToken, verifyToken } from './request-token.ts';

/** Options of every route that a paired station calls: the hooks that prove who asks. */
export function stationAuth({ store, nonces, limits, heard, now }: Context) {
  async function prove(request: FastifyRequest): Promise<Result<Signed, RefusalCode>> {
    const token = readToken(request.headers.authorization);
    if (!token.ok) return token;
    const station = await store.read.station(token.value.kid);
    if (station === undefined) return err('unknown-station');
    const key = { kty: 'OKP', crv: 'Ed25519', x: station.public_key } as const;
    const claims = await verifyToken(token.value.jwt, key, request, nonces);
    if (!claims.ok) return claims;
    // Told only to whoever holds the key.
    const { standing } = station;
    if (standing !== 'active') return err(`station-${standing}` as const);
    return ok({ station, ...claims.value });
  }

  return {
    config: { signed: true as const },
    /** Before the body is read: a stranger cannot make the server take one. */
    async onRequest(request: FastifyRequest): Promise<void> {
      const signed = await prove(request);
      if (!signed.ok) {
        await limits.address(request);
        throw new Refusal(signed.error);
      }
      // One bad neighbour behind an address must not stop the stations that share it.
      request.signed = signed.value;
      await limits.station(request);
    },
    async preValidation(request: FastifyRequest): Promise<void> {
      const { station, bsh } = signedOf(request);
      if (!sameText(bsh, bodyHash(request.rawBody))) throw new Refusal('wrong-body');
      heard.set(station.id, now());
    },
  };
}

type Signed = NonNullable<FastifyRequest['signed']>;

export function signedOf(request: FastifyRequest): Signed {
  if (request.signed === null) throw new Error('route without station authentication');
  return request.signed;
}

/** The station that signed this request. */
export const stationOf = (request: FastifyRequest): StationRow => signedOf(request).station;
