import { GENESIS } from '../../../common/event.ts';
import type { EventName, Finding } from './finding.ts';

/** An event, or what is left of one. */
type Followed = EventName & Pick<Link, 'prev'>;

/** An event in its chain. */
interface Link {
  readonly leaf: number;
  readonly seq: number;
  /** Undefined: its body is gone. */
  readonly prev: string | undefined;
  readonly hash: string;
}

interface Chain {
  readonly station: string;
  readonly epoch: string;
  seq: number;
  hash: string;
  leaf: number;
  /** The newest hashes, by `seq % RECENT`: an access is bound to a place shortly before its own. */
  readonly recent: string[];
  /** Came before what they follow; by sequence number. */
  readonly early: Map<number, Link[]>;
}

const RECENT = 64;

/**
 * Follows the hash chain of each station and epoch. The tree holds events in the order of their arrival,
 * which after a dispute is not that of the chain: those that came early wait for what they follow.
 */
export function createChains(isDisputed: (leaf: number) => boolean) {
  const chains = new Map<string, Chain>();
  let latest: Chain | undefined;

  /** Events of one journal mostly come together. */
  function chainOf({ station, epoch }: EventName): Chain {
    if (latest?.epoch === epoch && latest.station === station) return latest;
    const key = `${station} ${epoch}`;
    let chain = chains.get(key);
    if (chain === undefined) {
      const early = new Map<number, Link[]>();
      chain = { station, epoch, seq: 0, hash: GENESIS, leaf: -1, recent: [], early };
      chains.set(key, chain);
    }
    latest = chain;
    return chain;
  }

  return {
    /** What this event breaks, if anything. `hash` is its leaf hash in hex. */
    follow(event: Followed, leaf: number, hash: string): Finding | undefined {
      const { seq, prev } = event;
      const chain = chainOf(event);
      if (seq === chain.seq + 1 && isBehind(prev, chain)) {
        advance(chain, { leaf, seq, prev, hash });
        if (chain.early.size > 0) settleEarly(chain);
        return undefined;
      }
      if (isDisputed(leaf) || seq > chain.seq + 1) {
        chain.early.set(seq, [...(chain.early.get(seq) ?? []), { leaf, seq, prev, hash }]);
        return undefined;
      }
      if (seq <= chain.seq) return { kind: 'fork', leaf, event };
      if (chain.seq === 0) return { kind: 'gap', leaf, event };
      // The right number after the wrong hash: the one before was another when this was written.
      return { kind: 'edited-before', leaf: chain.leaf, event: nameAt(chain, chain.seq) };
    },

    /** Hash of a recent event of a journal; GENESIS for 0. */
    hashAt(name: EventName, seq: number): string | undefined {
      if (seq === 0) return GENESIS;
      const chain = chainOf(name);
      const isKept = seq <= chain.seq && seq > chain.seq - RECENT;
      return isKept ? chain.recent[seq % RECENT] : undefined;
    },

    /** The first event whose predecessors never came and that the server does not call disputed. */
    unsettled(): Finding | undefined {
      let first: Finding | undefined;
      for (const chain of chains.values()) {
        for (const { leaf, seq } of [...chain.early.values()].flat()) {
          if (isDisputed(leaf) || (first !== undefined && first.leaf < leaf)) continue;
          first = { kind: 'gap', leaf, event: nameAt(chain, seq) };
        }
      }
      return first;
    },

    count: () => chains.size,
  };
}

/** What it follows is not known of an event without a body: the one behind it, and the tree, hold its hash. */
const isBehind = (prev: string | undefined, { hash }: Chain): boolean =>
  prev === undefined || prev === hash;

const nameAt = ({ station, epoch }: Chain, seq: number): EventName => ({ station, epoch, seq });

function advance(chain: Chain, { seq, hash, leaf }: Link): void {
  chain.seq = seq;
  chain.hash = hash;
  chain.leaf = leaf;
  chain.recent[seq % RECENT] = hash;
}

function settleEarly(chain: Chain): void {
  for (;;) {
    const waiting = chain.early.get(chain.seq + 1);
    const next = waiting?.find(({ prev }) => isBehind(prev, chain));
    if (waiting === undefined || next === undefined) return;
    const others = waiting.filter((one) => one !== next);
    if (others.length > 0) chain.early.set(next.seq, others);
    else chain.early.delete(next.seq);
    advance(chain, next);
  }
}
