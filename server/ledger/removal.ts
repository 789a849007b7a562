import * as z from 'zod';
import { utf8 } from '../../common/bytes.ts';
import { canonicalJson } from '../../common/canonical.ts';

export const DAY_MS = 24 * 3_600_000;

/** Leaves that stand next to each other. */
export interface Run {
  readonly leaf: number;
  readonly entries: number;
}

/**
 * An entry of the log that is no event: it says of which leaves the server no longer has the bodies, because they
 * were older than its policy keeps them (ADR 15). The leaves themselves stay.
 */
export interface Removal {
  readonly at: string;
  /** The policy: how many days a body is kept. */
  readonly keepDays: number;
  /** By both clocks, its station's and the server's, each body was from before this time. */
  readonly before: string;
  /** Ascending. */
  readonly runs: readonly Run[];
}

/** So many make an entry of at most 36 KB: it must fit into an entry bundle (ADR 6). */
export const MAX_RUNS = 1000;

const time = z.iso.datetime({ precision: 3 });
const removal = z.strictObject({
  v: z.literal(1),
  type: z.literal('log.removed'),
  at: time,
  keepDays: z.int().positive(),
  before: time,
  runs: z.array(z.tuple([z.int().nonnegative(), z.int().positive()])).min(1),
});

/** The entry's canonical bytes. */
export const removalBytes = ({ runs, ...rest }: Removal): Uint8Array =>
  utf8(
    canonicalJson({
      v: 1,
      type: 'log.removed',
      ...rest,
      runs: runs.map(({ leaf, entries }) => [leaf, entries]),
    }),
  );

/** Reads the text of such an entry; undefined for anything else, and for one that breaks the policy it names. */
export function readRemoval(text: string): Removal | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { data } = removal.safeParse(value);
  if (data === undefined) return undefined;
  const { at, keepDays, before, runs } = data;
  if (Date.parse(before) > Date.parse(at) - keepDays * DAY_MS) return undefined;
  return { at, keepDays, before, runs: runs.map(([leaf, entries]) => ({ leaf, entries })) };
}

/** The same leaves in as few runs as can be, ascending. */
export function mergeRuns(runs: readonly Run[]): Run[] {
  const merged: { leaf: number; entries: number }[] = [];
  for (const { leaf, entries } of runs.toSorted((a, b) => a.leaf - b.leaf)) {
    const last = merged.at(-1);
    if (last !== undefined && leaf <= last.leaf + last.entries) {
      last.entries = Math.max(last.entries, leaf + entries - last.leaf);
    } else merged.push({ leaf, entries });
  }
  return merged;
}
