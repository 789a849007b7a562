import { toHex } from './bytes.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { Continuation } from './continuation.ts';

/** A new origin in the tree: the entry that begins it is at `leaf`. */
export interface Renewal extends Continuation {
  readonly leaf: number;
}

export type Trust =
  | 'holds'
  /** The tree had more leaves once: the end was cut off. */
  | 'cut-off'
  /** Another tree of this size was shown. */
  | 'rewritten'
  /** Of a log that this one does not continue. */
  | 'other-log'
  /** From the part that a restored backup did not have; the new origin commits to a later checkpoint. */
  | 'lost-in-restore';

/** The size at which the tree is to be compared with what somebody saw; undefined where it cannot be. */
export const comparableSize = (
  seen: Checkpoint,
  origin: string,
  renewals: readonly Renewal[],
): number | undefined => {
  if (seen.origin === origin) return seen.size;
  const renewal = renewals.find(({ before }) => before === seen.origin);
  return renewal !== undefined && seen.size <= renewal.leaf ? seen.size : undefined;
};

/** Is this tree the one that somebody saw, grown? */
export function judgeTrust(
  seen: Checkpoint,
  tree: { readonly origin: string; readonly size: number },
  renewals: readonly Renewal[],
  rootAt: (size: number) => string | undefined,
): Trust {
  // Whoever begins a new origin says so in the tree, and goes on under it.
  if ((renewals.at(-1)?.origin ?? tree.origin) !== tree.origin) return 'other-log';
  const size = comparableSize(seen, tree.origin, renewals);
  if (size !== undefined) {
    if (size > tree.size) return 'cut-off';
    return rootAt(size) === toHex(seen.root) ? 'holds' : 'rewritten';
  }
  const after = renewals.find((renewal) => renewal.after.origin === seen.origin)?.after;
  if (after === undefined) return 'other-log';
  if (seen.size > after.size) return 'cut-off';
  const isSame = seen.size < after.size || toHex(seen.root) === toHex(after.root);
  return isSame ? 'lost-in-restore' : 'rewritten';
}
