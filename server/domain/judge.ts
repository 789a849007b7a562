import { type AccessEvent, GENESIS } from '../../common/event.ts';
import { type AssertionCheck, type ProofLedger, type ProofReason, judgeProof } from './proof.ts';
import { isAccess } from './screen.ts';

/** An event as it came: its verbatim bytes and their chain hash. */
export interface Received {
  readonly event: AccessEvent;
  readonly canonical: Uint8Array;
  readonly hash: string;
  /** What the key's signature is worth by itself; present where the event carries a proof. */
  readonly assertion?: AssertionCheck | undefined;
}

export interface Place {
  readonly seq: number;
  readonly hash: string;
}

/** Before the first event of an epoch. */
export const START: Place = { seq: 0, hash: GENESIS };

/** What is stored of the epoch so far. */
export interface Stored {
  readonly head: Place;
  /** Hash of the accepted event at a sequence number; the caller loads those that the batch can ask for. */
  hashAt(seq: number): string | undefined;
  readonly proofs: ProofLedger;
  /** Whatever does not repeat what is stored is disputed. */
  readonly isBlocked: boolean;
}

export type ChainReason =
  | 'chain-fork'
  | 'chain-gap'
  /** A new epoch of a station whose last one is disputed. */
  | 'epoch-not-approved';

export type Fate =
  | { readonly kind: 'repeat' }
  | { readonly kind: 'verified'; readonly counter?: number | undefined }
  | { readonly kind: 'unproven'; readonly reason: ProofReason }
  | { readonly kind: 'disputed'; readonly reason: ChainReason };

export interface Judgement {
  /** One for each event, in order. */
  readonly fates: readonly Fate[];
  /** Where the head stands afterwards. */
  readonly head: Place;
}

/**
 * Judges one epoch's ascending events against what is stored. Nothing is dropped: the first event that
 * does not follow the head, and all that build on it, are disputed and the head stays; an access that
 * its proof does not bear out is accepted into the chain as unproven.
 */
export function judge(batch: readonly Received[], stored: Stored): Judgement {
  let head = stored.head;
  let broken: ChainReason | undefined;
  const fresh = new Map<number, string>([[0, GENESIS]]);
  const hashAt = (seq: number) => fresh.get(seq) ?? stored.hashAt(seq);

  const fates = batch.map((received): Fate => {
    const { event, hash } = received;
    if (event.seq <= head.seq && hashAt(event.seq) === hash) return { kind: 'repeat' };
    broken ??= stored.isBlocked ? 'epoch-not-approved' : chainReason(event, head);
    if (broken !== undefined) return { kind: 'disputed', reason: broken };
    head = { seq: event.seq, hash };
    fresh.set(event.seq, hash);
    return isAccess(event.type)
      ? judgeProof(received, hashAt, stored.proofs)
      : { kind: 'verified' };
  });
  return { fates, head };
}

function chainReason(event: AccessEvent, head: Place): ChainReason | undefined {
  if (event.seq > head.seq + 1) return 'chain-gap';
  return event.seq === head.seq + 1 && event.prev === head.hash ? undefined : 'chain-fork';
}
