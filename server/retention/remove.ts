import { leafHash } from '../../common/tree.ts';
import { type KeptFor, createHold } from '../domain/retention.ts';
import { sha256 } from '../hash.ts';
import { DAY_MS, MAX_RUNS, type Run, mergeRuns, removalBytes } from '../ledger/removal.ts';
import type { EventPlace } from '../store/event-search.ts';
import type { SegmentRow } from '../store/ledger-store.ts';
import type { OldEvent } from '../store/retention-store.ts';
import type { Store, Transaction } from '../store/store.ts';

export interface Removed {
  readonly keepDays: number;
  /** Bodies from before this time go. */
  readonly before: string;
  /** Bodies that were removed; in a dry run those that would be. */
  readonly removed: number;
  readonly kept: Readonly<Partial<Record<KeptFor, number>>>;
}

/** Of one transaction: while it lasts no server grows the tree. */
const PORTION = 500;

/**
 * Removes the bodies that the practice's policy no longer keeps, oldest first, and puts into the ledger which ones
 * they were (ADR 15). Servers may do this at once: each portion is one transaction under the ledger's row, and sees
 * what others have removed.
 */
export async function removeOldBodies(
  store: Pick<Store, 'write'>,
  options: {
    /** Wall clock, ms. */
    readonly now: number;
    readonly isDryRun?: boolean;
    readonly signal?: AbortSignal;
  },
): Promise<Removed | undefined> {
  const { now, isDryRun = false, signal } = options;
  let after: EventPlace | undefined;
  let total: Removed | undefined;
  for (;;) {
    const portion = await store.write((tx) => removePortion(tx, after, now, isDryRun));
    if (portion === undefined) return undefined;
    const { removed, kept, ...policy } = portion.done;
    total = {
      ...policy,
      removed: (total?.removed ?? 0) + removed,
      kept: added(total?.kept ?? {}, kept),
    };
    after = portion.next;
    if (after === undefined || signal?.aborted) return total;
  }
}

async function removePortion(
  tx: Transaction,
  after: EventPlace | undefined,
  now: number,
  isDryRun: boolean,
): Promise<{ readonly done: Removed; readonly next: EventPlace | undefined } | undefined> {
  // Whoever else removes, or grows the tree, waits here.
  const { note_size: signed } = await tx.lockLedger();
  const practice = await tx.practice();
  if (practice === undefined) return undefined;
  const { keep_days: keepDays } = practice;
  const before = new Date(now - keepDays * DAY_MS).toISOString();
  const events = await tx.oldEvents({ before, after, limit: PORTION });
  const stations = [...new Set(events.map(({ station }) => station))];
  const hold = createHold(await tx.held(stations), before);
  const kept: Partial<Record<KeptFor, number>> = {};
  const keep = (why: KeptFor) => (kept[why] = (kept[why] ?? 0) + 1);

  const leafOf = leafFinder(tx);
  const going: { readonly id: number; readonly leaf: number }[] = [];
  for (const event of events.toSorted(byJournal)) {
    const why = hold(event);
    const leaf = why === undefined ? await leafOf(event) : undefined;
    if (why !== undefined) keep(why);
    else if (leaf === undefined || leaf >= (signed ?? 0)) keep('not-in-tree');
    else going.push({ id: event.id, leaf });
  }
  if (!isDryRun && going.length > 0) {
    await record(tx, { at: new Date(now).toISOString(), keepDays, before }, going);
    await tx.removeBodies(going.map(({ id }) => id));
    tx.announce('events');
  }
  const last = events.length < PORTION ? undefined : events.at(-1);
  return {
    done: { keepDays, before, removed: going.length, kept },
    next: last === undefined ? undefined : { at: last.at, id: last.id },
  };
}

const byJournal = (a: OldEvent, b: OldEvent): number =>
  a.station.localeCompare(b.station) || a.epoch.localeCompare(b.epoch) || a.seq - b.seq;

/** Finds the leaf of an accepted event; cheap where they come in the order of their journal. */
function leafFinder(tx: Transaction) {
  let segment: SegmentRow | undefined;
  return async ({ station, epoch, seq }: OldEvent): Promise<number | undefined> => {
    const isIn =
      segment?.station === station &&
      segment.epoch === epoch &&
      seq < (segment.first_seq ?? 0) + segment.entries;
    if (!isIn) [segment] = await tx.segmentsOf(station, epoch, seq, 1);
    if (segment === undefined || segment.leaf === null) return undefined;
    return segment.leaf + seq - (segment.first_seq ?? 0);
  };
}

async function record(
  tx: Transaction,
  policy: { readonly at: string; readonly keepDays: number; readonly before: string },
  going: readonly { readonly leaf: number }[],
): Promise<void> {
  const runs: Run[] = mergeRuns(going.map(({ leaf }) => ({ leaf, entries: 1 })));
  for (let from = 0; from < runs.length; from += MAX_RUNS) {
    const bytes = removalBytes({ ...policy, runs: runs.slice(from, from + MAX_RUNS) });
    await tx.addRemoval({ record: bytes, entries: 1, hashes: leafHash(sha256, bytes) });
  }
}

function added(a: Removed['kept'], b: Removed['kept']): Removed['kept'] {
  const sum: Partial<Record<KeptFor, number>> = { ...a };
  for (const [why, n] of Object.entries(b) as [KeptFor, number][]) sum[why] = (sum[why] ?? 0) + n;
  return sum;
}
