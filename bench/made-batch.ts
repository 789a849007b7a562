import { createHash } from 'node:crypto';
import { canonicalBytes, chainHash } from '../common/event.ts';
import { MAX_BATCH_EVENTS } from '../common/wire.ts';
import { sha256 } from '../server/hash.ts';

export interface Made {
  readonly seq: number;
  readonly canonical: Uint8Array;
  readonly hash: string;
}

export const MEMBER = '6f1c2a34-0b5d-4e83-9a17-3d2c8e4b5f01';

/** The next events of a journal, without accesses; they happen now, unless `at` says when. */
export function makeBatch(
  station: string,
  epoch: string,
  after: number,
  head: string,
  at: (seq: number) => number = Date.now,
): Made[] {
  const boot = createHash('sha256').update(epoch).digest('hex').slice(0, 12);
  let prev = head;
  return Array.from({ length: MAX_BATCH_EVENTS }, (_, index) => {
    const seq = after + index + 1;
    const canonical = canonicalBytes({
      v: 1,
      station,
      epoch,
      seq,
      at: new Date(at(seq)).toISOString(),
      boot: `00000000-0000-4000-8000-${boot}`,
      mono: seq,
      dir: 1,
      type: 'session.locked',
      outcome: 'success',
      member: MEMBER,
      session: 'b27e9d50-6c41-4f0a-8d3b-71a5c90e2f02',
      detail: { cause: 'idle' },
      prev,
    });
    prev = chainHash(sha256, canonical);
    return { seq, canonical, hash: prev };
  });
}
