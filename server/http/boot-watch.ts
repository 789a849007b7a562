import type { FastifyRequest } from 'fastify';
import type { Context } from '../context.ts';
import { Refusal } from '../errors.ts';
import { revokeStation } from '../pairing.ts';
import { signedOf } from './station-auth.ts';

/** Clocks of several server processes may differ by so much, ms. */
const MARGIN_MS = 5_000;

/**
 * A hook for what every agent asks again and again. Each start of an agent has its own id. One that asks
 * with a nonce from after a later start was first heard is not gone: two agents run with one key, a stolen
 * one or a copied disk, and the key is revoked. A start that has ended cannot do that, however late its
 * last requests come in.
 */
export const bootWatch =
  ({ store: { read, write }, now }: Pick<Context, 'store' | 'now'>) =>
  async (request: FastifyRequest): Promise<void> => {
    const { station, boot, askedAt } = signedOf(request);
    if (boot === undefined) return;
    const newest = await read.newestBoot(station.id);
    if (newest?.boot === boot) return;
    const at = new Date(now()).toISOString();
    if (newest === undefined || (await read.boot(station.id, boot)) === undefined) {
      return write((tx) => tx.addBoot(station.id, boot, at));
    }
    if (askedAt <= Date.parse(newest.first_seen_at) + MARGIN_MS) return;
    await write(async (tx) => {
      await revokeStation(tx, station, now());
      const id = `two-boots:${station.id}:${boot}`;
      await tx.addAlerts([{ id, kind: 'two-boots', station: station.id }], at);
    });
    request.log.error({ alert: 'two-boots', station: station.id }, 'two agents under one key');
    throw new Refusal('station-revoked');
  };
