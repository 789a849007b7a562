import { type Sha256, fromBase64, fromHex, toHex, utf8 } from '../../common/bytes.ts';
import { type Checkpoint, openCheckpoint } from '../../common/checkpoint.ts';
import { readContinuation } from '../../common/continuation.ts';
import type { LedgerFault } from '../../common/event-codes.ts';
import type { Receipt } from '../../common/receipt.ts';
import { type Result, err, ok } from '../../common/result.ts';
import type { Ed25519Verify } from '../../common/signed-note.ts';
import {
  type Frontier,
  growTree,
  leafHash,
  verifyConsistency,
  verifyInclusion,
} from '../../common/tree.ts';
import { type Renewal, judgeTrust } from '../../common/trust.ts';

export interface Witnessed {
  readonly checkpoint: Checkpoint;
  /** Everything up to here is proven to be in the tree. */
  readonly proven: number;
  /** The tree goes on under a new origin: how many leaves the old one had beyond it. */
  readonly restored: { readonly lost: number } | undefined;
}

/** `behind`: smaller than what was seen, as a second server may be for a moment. */
export type WitnessRefusal = LedgerFault | 'behind';

export interface WitnessPorts {
  readonly sha256: Sha256;
  readonly verify: Ed25519Verify;
  /** The server's key from pairing; 32 bytes. */
  readonly serverKey: Uint8Array;
}

/** What this station knows by itself. */
export interface OwnKnowledge {
  /** The newest checkpoint that it has seen. */
  readonly seen: Checkpoint | undefined;
  /** Its events after this one are to be proven. */
  readonly after: number;
  /** Chain hashes of its own events from `first` to `last`; undefined when it has not all of them. */
  readonly hashes: (first: number, last: number) => readonly string[] | undefined;
}

/** What an event can hold of an origin. */
const MAX_ORIGIN = 128;

/**
 * Judges what the server answered to this very question; a good answer to another one looks like a fault.
 * Nothing of it is taken before all of it has been proven.
 */
export function judgeReceipt(
  ports: WitnessPorts,
  answer: Receipt,
  own: OwnKnowledge,
): Result<Witnessed, WitnessRefusal> {
  const { sha256 } = ports;
  const opened = openCheckpoint(ports, answer.checkpoint, ports.serverKey);
  if (!opened.ok || opened.value.origin.length > MAX_ORIGIN) return err('signature');
  const head = opened.value;
  const renewals = renewalsOf(sha256, answer, head);
  if (renewals === undefined) return err('proof');
  const continued = continues(sha256, own.seen, head, renewals, hashesOf(answer.consistency));
  if (continued !== undefined) return err(continued);

  let proven = own.after;
  for (const run of answer.runs) {
    const hashes =
      run.seq === proven + 1 ? own.hashes(run.seq, run.seq + run.events - 1) : undefined;
    const before = { size: run.leaf, nodes: hashesOf(run.frontier) };
    if (hashes === undefined || !isRunIn(sha256, before, hashes, head, hashesOf(run.consistency))) {
      return err('not-included');
    }
    proven += run.events;
  }
  return ok({ checkpoint: head, proven, restored: restoredSince(own.seen, head, renewals) });
}

function restoredSince(
  seen: Checkpoint | undefined,
  head: Checkpoint,
  renewals: readonly Renewal[],
): Witnessed['restored'] {
  if (seen === undefined || seen.origin === head.origin) return undefined;
  const renewal =
    renewals.find(({ before }) => before === seen.origin) ??
    renewals.find(({ after }) => after.origin === seen.origin);
  return { lost: Math.max(0, seen.size - (renewal?.leaf ?? 0)) };
}

/** Undefined = it does. */
function continues(
  sha256: Sha256,
  seen: Checkpoint | undefined,
  head: Checkpoint,
  renewals: readonly Renewal[],
  proof: readonly Uint8Array[],
): WitnessRefusal | undefined {
  if (seen === undefined) return undefined;
  // A root at an older size is known by the proof that leads from it to this one.
  const rootAt = () =>
    verifyConsistency(sha256, seen, head, proof) ? toHex(seen.root) : undefined;
  const verdict = judgeTrust(seen, head, renewals, rootAt);
  switch (verdict) {
    case 'holds':
    case 'lost-in-restore':
      return undefined;
    case 'cut-off':
      return seen.origin === head.origin ? 'behind' : 'fork';
    case 'rewritten':
      return 'fork';
    case 'other-log':
      return 'other-log';
  }
}

/** Every new origin that the answer names, proven to be in the tree; undefined when one is not. */
function renewalsOf(
  sha256: Sha256,
  answer: Receipt,
  head: Checkpoint,
): readonly Renewal[] | undefined {
  const renewals: Renewal[] = [];
  for (const { record, leaf, proof } of answer.renewals) {
    const read = readContinuation(record);
    const place = { index: leaf, leaf: leafHash(sha256, utf8(record)) };
    if (read === undefined || !verifyInclusion(sha256, place, hashesOf(proof), head)) {
      return undefined;
    }
    renewals.push({ ...read, leaf });
  }
  return renewals;
}

/** Are these leaf hashes, behind that frontier, part of the tree with this head? */
function isRunIn(
  sha256: Sha256,
  before: Frontier,
  hashes: readonly string[],
  head: Checkpoint,
  proof: readonly Uint8Array[],
): boolean {
  let tree;
  try {
    tree = growTree(sha256, before);
  } catch {
    // A frontier that is none.
    return false;
  }
  for (const hash of hashes) tree.append(fromHex(hash));
  return verifyConsistency(sha256, { size: tree.size, root: tree.root() }, head, proof);
}

/** The wire's schema has seen to it that each is one. */
const hashesOf = (texts: readonly string[]): Uint8Array[] =>
  texts.map((text) => fromBase64(text) ?? new Uint8Array(0));
