import path from 'node:path';
import { type PairResponse, pairResponse } from '../../common/wire.ts';
import type { Clock } from '../ports/clock.ts';
import type { Transport } from '../ports/transport.ts';
import { readIfPresent, writeDurably } from './durable-file.ts';

const RETRY_MS = 5_000;

export interface Pairing {
  /** Who this station is to its server; undefined while it is not paired. */
  current(): PairResponse | undefined;
  /** Asks until the server has paired this station; `told` hears why it has not. */
  pair(
    transport: Transport,
    clock: Clock,
    code: string,
    place: string,
    told: (why: string) => void,
  ): Promise<PairResponse>;
}

/** The pairing of this station, kept in its data folder. A file that cannot be read is no pairing. */
export async function openPairing(folder: string): Promise<Pairing> {
  const file = path.join(folder, 'pairing.json');
  const stored = await readIfPresent(file);
  let current: PairResponse | undefined;
  if (stored !== undefined) current = pairResponse.parse(JSON.parse(stored.toString('utf8')));
  return {
    current: () => current,
    async pair(transport, clock, code, place, told) {
      for (;;) {
        const answer = await transport.pair(code, place);
        if (answer.ok) {
          await writeDurably(file, JSON.stringify(answer.value));
          current = answer.value;
          return answer.value;
        }
        told(answer.error.kind === 'refused' ? answer.error.error.code : 'unreachable');
        await new Promise<void>((resolve) => {
          clock.at(clock.mono() + RETRY_MS, resolve);
        });
      }
    },
  };
}
