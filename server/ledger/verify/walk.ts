import { hash } from 'node:crypto';
import type { Checkpoint } from '../../../common/checkpoint.ts';
import { readContinuation } from '../../../common/continuation.ts';
import type { EventType } from '../../../common/event.ts';
import { isAccess } from '../../domain/screen.ts';
import type { About, RemovedLine, VerdictLine } from '../export-format.ts';
import { type Removal, readRemoval } from '../removal.ts';
import { createAccessCheck } from './accesses.ts';
import { createChains } from './chains.ts';
import { readEventLine, witnessedIn } from './event-line.ts';
import { type EventName, type Finding, firstOf } from './finding.ts';
import type { Leaves } from './leaves.ts';
import { linesOf } from './lines.ts';
import { explainMismatch } from './mismatch.ts';
import type { Renewal } from '../../../common/trust.ts';
import { findUntold } from './removed.ts';

export interface Walked {
  readonly events: number;
  /** So many of them have no body any more. */
  readonly removed: number;
  /** What the ledger says of that. */
  readonly removals: readonly Removal[];
  readonly journals: number;
  /** Accesses whose proof was verified again. */
  readonly accesses: number;
  readonly finding: Finding | undefined;
  /** What stations say they had seen. */
  readonly claims: readonly {
    readonly seen: Checkpoint;
    readonly leaf: number;
    readonly event: EventName;
  }[];
  readonly renewals: readonly Renewal[];
}

/** Goes once through the events: leaf hashes, chains, accesses. Stops at the first that fails. */
export async function walk(
  file: string,
  leaves: Leaves,
  told: About,
  verdicts: ReadonlyMap<number, VerdictLine>,
  removed: readonly RemovedLine[],
): Promise<Walked> {
  const is = (verdict: VerdictLine['verdict']) => (at: number) =>
    verdicts.get(at)?.verdict === verdict;
  const isDisputed = is('disputed');
  const chains = createChains(isDisputed);
  const accesses = createAccessCheck({ ...told, isUnproven: is('unproven') });
  const claims: Walked['claims'][number][] = [];
  const renewals: Renewal[] = [];
  const removals: Removal[] = [];
  let finding: Finding | undefined;
  let leaf = 0;
  let bodiless = 0;
  let next = 0;

  /** Of an event without a body the tree has the hash, and that goes into its chain. */
  function passRemoved(): void {
    for (let run = removed[next]; run?.leaf === leaf; run = removed[++next]) {
      const { station, epoch, seq: first, entries } = run;
      for (let seq = first; seq < first + entries && finding === undefined; seq++) {
        const event = { station, epoch, seq, prev: undefined };
        const hashed = leaves.at(leaf);
        finding = hashed === undefined ? inserted(leaf, event) : chains.follow(event, leaf, hashed);
        leaf += 1;
        bodiless += 1;
      }
    }
  }

  for (const line of linesOf(file)) {
    passRemoved();
    if (finding !== undefined) break;
    const hashed = hash('sha256', line.leaf, 'hex');
    if (hashed !== leaves.at(leaf)) {
      finding = explainMismatch(file, leaves, leaf, leaf - bodiless);
      break;
    }
    const event = readEventLine(line.text);
    if (event === undefined) {
      const record = utf8Of(line.text);
      const [renewal, removal] = [readContinuation(record), readRemoval(record)];
      if (renewal !== undefined) renewals.push({ ...renewal, leaf });
      else if (removal !== undefined && isOfBefore(removal, leaf)) removals.push(removal);
      else finding = { kind: 'unreadable', leaf };
    } else {
      finding = chains.follow(event, leaf, hashed);
      if (finding === undefined && isAccess(event.type as EventType) && !isDisputed(leaf)) {
        const hashAt = (seq: number) => chains.hashAt(event, seq);
        const isRemoved = (seq: number) => removed.some(isAt(event, seq));
        finding = await accesses.add(utf8Of(line.text), leaf, hashAt, isRemoved);
      }
      const seen = witnessedIn(event);
      if (seen !== undefined) claims.push({ seen, leaf, event });
    }
    if (finding !== undefined) break;
    leaf += 1;
  }
  // What waits for its check stands before whatever ended the walk.
  const waiting = await accesses.rest();
  if (finding === undefined && leaf < leaves.count) finding = { kind: 'truncated', leaf };
  // Only a walk to the end has heard of everything.
  const ended =
    finding === undefined ? [chains.unsettled(), findUntold(removed, removals)] : [finding];
  return {
    events: leaf - renewals.length - removals.length,
    removed: bodiless,
    removals,
    journals: chains.count(),
    accesses: accesses.checked(),
    finding: firstOf([waiting, ...ended]),
    claims,
    renewals,
  };
}

const isAt =
  ({ station, epoch }: EventName, seq: number) =>
  (run: RemovedLine): boolean =>
    run.station === station && run.epoch === epoch && run.seq <= seq && seq < run.seq + run.entries;

const inserted = (leaf: number, event: EventName): Finding => ({ kind: 'inserted', leaf, event });

/** It tells of what stands before it. */
const isOfBefore = ({ runs }: Removal, leaf: number): boolean =>
  runs.every((run) => run.leaf + run.entries <= leaf);

const utf8Of = (latin1: string): string => Buffer.from(latin1, 'latin1').toString('utf8');
