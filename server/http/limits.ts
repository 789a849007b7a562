import fastifyRateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Refusal } from '../errors.ts';

/** Requests a minute. Each process counts for itself: with N of them up to N times as many get through. */
export interface LimitNumbers {
  /** Signed and proved, of one station. */
  readonly stationPerMinute: number;
  /** Everything else from one address; of IPv6 its /64 network, of which anybody has many addresses. */
  readonly addressPerMinute: number;
}

/** Each throws `slow-down` when there were too many, with the seconds to wait. */
export interface Limits {
  /** Call it when the station has proved itself: a stranger who uses its name must not use up its share. */
  station(request: FastifyRequest): Promise<void>;
  address(request: FastifyRequest): Promise<void>;
  /** Were there too many wrong pairing codes from here? A rollout has right ones and is not slowed. */
  guesses(request: FastifyRequest): Promise<void>;
  countGuess(request: FastifyRequest): Promise<void>;
}

export const standardLimits: LimitNumbers = { stationPerMinute: 6000, addressPerMinute: 12_000 };

const WRONG_CODES = 10;
const every = { timeWindow: 60_000, cache: 50_000 };

export async function createLimits(app: FastifyInstance, numbers: LimitNumbers): Promise<Limits> {
  await app.register(fastifyRateLimit, { global: false });
  const stations = app.createRateLimit({
    ...every,
    max: numbers.stationPerMinute,
    keyGenerator: (request) => request.signed?.station.id ?? '',
  });
  const addresses = app.createRateLimit({ ...every, max: numbers.addressPerMinute });
  // Asked without counting, so one less: the next after the tenth is too many.
  const wrongCodes = app.createRateLimit({ ...every, max: WRONG_CODES - 1 });
  return {
    station: async (request) => refuseIfExceeded(await stations(request)),
    address: async (request) => refuseIfExceeded(await addresses(request)),
    guesses: async (request) => refuseIfExceeded(await wrongCodes(request, { increment: false })),
    countGuess: async (request) => void (await wrongCodes(request)),
  };
}

type Verdict = Awaited<ReturnType<ReturnType<FastifyInstance['createRateLimit']>>>;

function refuseIfExceeded(verdict: Verdict): void {
  if (verdict.isAllowed || !verdict.isExceeded) return;
  throw new Refusal('slow-down', { retryAfter: Math.max(1, verdict.ttlInSeconds) });
}
