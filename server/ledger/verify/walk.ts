import { hash } from 'node:crypto';
import type { Checkpoint } from '../../../common/checkpoint.ts';
import { readContinuation } from '../../../common/continuation.ts';
import type { EventType } from '../../../common/event.ts';
import { isAccess } from '../../domain/screen.ts';
import type { About, VerdictLine } from '../export-format.ts';
import { createAccessCheck } from './accesses.ts';
import { createChains } from './chains.ts';
import { readEventLine, witnessedIn } from './event-line.ts';
import { type EventName, type Finding, firstOf } from './finding.ts';
import type { Leaves } from './leaves.ts';
import { linesOf } from './lines.ts';
import { explainMismatch } from './mismatch.ts';
import type { Renewal } from '../../../common/trust.ts';

export interface Walked {
  readonly events: number;
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
): Promise<Walked> {
  const is = (verdict: VerdictLine['verdict']) => (at: number) =>
    verdicts.get(at)?.verdict === verdict;
  const isDisputed = is('disputed');
  const chains = createChains(isDisputed);
  const accesses = createAccessCheck({ ...told, isUnproven: is('unproven') });
  const claims: Walked['claims'][number][] = [];
  const renewals: Renewal[] = [];
  let finding: Finding | undefined;
  let leaf = 0;

  for (const line of linesOf(file)) {
    const hashed = hash('sha256', line.leaf, 'hex');
    if (hashed !== leaves.at(leaf)) {
      finding = explainMismatch(file, leaves, leaf);
      break;
    }
    const event = readEventLine(line.text);
    if (event === undefined) {
      const renewal = readContinuation(utf8Of(line.text));
      if (renewal === undefined) finding = { kind: 'unreadable', leaf };
      else renewals.push({ ...renewal, leaf });
    } else {
      finding = chains.follow(event, leaf, hashed);
      if (finding === undefined && isAccess(event.type as EventType) && !isDisputed(leaf)) {
        const hashAt = (seq: number) => chains.hashAt(event, seq);
        finding = await accesses.add(utf8Of(line.text), leaf, hashAt);
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
  return {
    events: leaf - renewals.length,
    journals: chains.count(),
    accesses: accesses.checked(),
    finding: firstOf([waiting, finding ?? chains.unsettled()]),
    claims,
    renewals,
  };
}

const utf8Of = (latin1: string): string => Buffer.from(latin1, 'latin1').toString('utf8');
