import { createHash } from 'node:crypto';
import path from 'node:path';
import * as z from 'zod';
import { type Result, ok } from '../../common/result.ts';
import { type PairResponse, pairResponse } from '../../common/wire.ts';
import type { Transport, TransportError } from '../ports/transport.ts';
import { readIfPresent, writeDurably } from './durable-file.ts';

const stored = pairResponse.extend({
  /** Which pairing of this station it is, from 1: each has a key of its own. */
  number: z.int().positive().default(1),
  /** SHA-256 of the code that it came by, hex. */
  code: z.string().optional(),
  /** The server has said that this pairing's key is revoked. */
  isRevoked: z.boolean().default(false),
});
type Stored = z.infer<typeof stored>;

export interface Pairing {
  /** Who this station is to its server; undefined while it is not paired. */
  current(): PairResponse | undefined;
  isRevoked(): boolean;
  /** There is no pairing yet, or it is revoked and this is another code than the one it came by. */
  isToBePaired(code: string | undefined): boolean;
  /** Number of the pairing that is to work with this code: the one there is, or a new one. */
  numberFor(code: string | undefined): number;
  /** Remembers, also over a restart, what the server has said. */
  setRevoked(isRevoked: boolean): Promise<void>;
  /** Asks the server once; what it answered is on disk when this resolves with it. */
  pair(
    transport: Transport,
    code: string,
    place: string,
    number: number,
  ): Promise<Result<PairResponse, TransportError>>;
}

/** The pairing of this station, kept in its data folder. A file that cannot be read is no pairing. */
export async function openPairing(folder: string): Promise<Pairing> {
  const file = path.join(folder, 'pairing.json');
  const bytes = await readIfPresent(file);
  let current: Stored | undefined;
  if (bytes !== undefined) current = stored.parse(JSON.parse(bytes.toString('utf8')));

  const store = async (next: Stored): Promise<void> => {
    await writeDurably(file, JSON.stringify(next));
    current = next;
  };
  const isToBePaired = (code: string | undefined): boolean =>
    current === undefined ||
    (current.isRevoked && code !== undefined && hashOf(code) !== current.code);
  const numberFor = (code: string | undefined): number =>
    current === undefined ? 1 : current.number + (isToBePaired(code) ? 1 : 0);

  return {
    current: () =>
      current && { station: current.station, group: current.group, serverKey: current.serverKey },
    isRevoked: () => current?.isRevoked ?? false,
    isToBePaired,
    numberFor,
    async setRevoked(isRevoked) {
      if (current !== undefined && current.isRevoked !== isRevoked) {
        await store({ ...current, isRevoked });
      }
    },
    async pair(transport, code, place, number) {
      const answer = await transport.pair(code, place, current?.station);
      if (!answer.ok) return answer;
      await store({ ...answer.value, number, code: hashOf(code), isRevoked: false });
      return ok(answer.value);
    },
  };
}

const hashOf = (code: string): string => createHash('sha256').update(code).digest('hex');
