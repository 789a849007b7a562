import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fromBase64url, toHex } from '../../../common/bytes.ts';
import { type Checkpoint, openCheckpoint } from '../../../common/checkpoint.ts';
import { type Result, err, ok } from '../../../common/result.ts';
import type { NoteFault } from '../../../common/signed-note.ts';
import { verifyEd25519 } from '../../ed25519.ts';
import { sha256 } from '../../hash.ts';
import {
  type About,
  FILES,
  type RemovedLine,
  type VerdictLine,
  about,
  removedLine,
  verdictLine,
} from '../export-format.ts';
import type { Removal } from '../removal.ts';
import { type Finding, firstOf } from './finding.ts';
import { openLeaves } from './leaves.ts';
import { rootsAt } from './roots.ts';
import { type Trust, comparableSize, judgeTrust } from '../../../common/trust.ts';
import { type Walked, walk } from './walk.ts';

/** A checkpoint from outside the export, kept by somebody who saw it. */
export interface TrustedNote {
  readonly name: string;
  readonly note: string;
}

export interface Report {
  readonly checkpoint: Result<Checkpoint, NoteFault>;
  /** Is the checkpoint signed by the server, and do the leaf hashes make its root? */
  readonly isTreeWhole: boolean;
  readonly events: number;
  /** So many of them have no body any more. */
  readonly removed: number;
  /** What the ledger says of that. */
  readonly removals: readonly Removal[];
  readonly journals: number;
  readonly accesses: number;
  /** So flagged by the server itself. */
  readonly unproven: number;
  readonly disputed: number;
  /** The first event that fails. */
  readonly finding: Finding | undefined;
  readonly trusted: readonly {
    readonly name: string;
    readonly size: number | undefined;
    readonly verdict: Trust | NoteFault;
  }[];
}

export const isGood = (report: Report): boolean =>
  report.isTreeWhole &&
  report.finding === undefined &&
  report.trusted.every(({ verdict }) => isHarmless(verdict));

const isHarmless = (verdict: Trust | NoteFault): boolean =>
  verdict === 'holds' || verdict === 'lost-in-restore';

/** Verifies a whole export offline. The error is a sentence: the folder holds no export. */
export async function verifyExport(
  folder: string,
  notes: readonly TrustedNote[],
): Promise<Result<Report, string>> {
  const read = readExport(folder);
  if (!read.ok) return read;
  const { told, note, verdicts, removed } = read.value;
  const ports = { sha256, verify: verifyEd25519 };
  const key = fromBase64url(told.serverKey.x);
  const checkpoint = openCheckpoint(ports, note, key);
  const trusted = notes.map((one) => ({ ...one, opened: openCheckpoint(ports, one.note, key) }));

  const files = {
    events: path.join(folder, FILES.events),
    leaves: path.join(folder, FILES.leaves),
  };
  const leaves = openLeaves(files.leaves);
  let walked: Walked;
  try {
    walked = await walk(files.events, leaves, told, verdicts, removed);
  } finally {
    leaves.close();
  }
  const head = checkpoint.ok ? checkpoint.value : undefined;
  const seen = [
    ...walked.claims.map((claim) => claim.seen),
    ...trusted.flatMap(({ opened }) => (opened.ok ? [opened.value] : [])),
  ];
  const { judge, isWhole } = treeOf(files.leaves, leaves.count, head, walked, seen);
  const lie = walked.claims.find((claim) => !isHarmless(judge(claim.seen)));
  const split = lie && ({ kind: 'split-view', leaf: lie.leaf, event: lie.event } as const);
  const flagged = (verdict: VerdictLine['verdict']) =>
    [...verdicts.values()].filter((one) => one.verdict === verdict).length;
  const { events, removals, journals, accesses } = walked;
  return ok({
    events,
    removed: walked.removed,
    removals,
    journals,
    accesses,
    checkpoint,
    isTreeWhole: isWhole,
    unproven: flagged('unproven'),
    disputed: flagged('disputed'),
    finding: firstOf([walked.finding, split]),
    trusted: trusted.map(({ name, opened }) => ({
      name,
      size: opened.ok ? opened.value.size : undefined,
      verdict: opened.ok ? judge(opened.value) : opened.error,
    })),
  });
}

/** The tree over the exported leaves, at the size of the checkpoint and at those that somebody has seen. */
function treeOf(
  file: string,
  count: number,
  head: Checkpoint | undefined,
  { renewals }: Walked,
  seen: readonly Checkpoint[],
) {
  const tree = { origin: head?.origin ?? '', size: count };
  const sizes = new Set([count]);
  for (const one of seen) {
    const size = comparableSize(one, tree.origin, renewals);
    if (size !== undefined) sizes.add(size);
  }
  const roots = rootsAt(file, sizes);
  return {
    isWhole: head !== undefined && head.size === count && roots.get(count) === toHex(head.root),
    judge: (one: Checkpoint): Trust => judgeTrust(one, tree, renewals, (size) => roots.get(size)),
  };
}

function readExport(folder: string): Result<
  {
    readonly told: About;
    readonly note: string;
    readonly verdicts: ReadonlyMap<number, VerdictLine>;
    readonly removed: readonly RemovedLine[];
  },
  string
> {
  try {
    const text = (name: keyof typeof FILES) => readFileSync(path.join(folder, FILES[name]), 'utf8');
    const lines = (name: keyof typeof FILES): unknown[] =>
      text(name)
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line));
    const verdicts = lines('verdicts').map((line) => verdictLine.parse(line));
    return ok({
      told: about.parse(JSON.parse(text('about'))),
      note: text('checkpoint'),
      verdicts: new Map(verdicts.map((one) => [one.leaf, one])),
      removed: lines('removed').map((line) => removedLine.parse(line)),
    });
  } catch (error) {
    return err(`"${folder}" holds no export that can be read: ${String(error)}`);
  }
}
