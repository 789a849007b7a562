import { randomBytes, randomUUID } from 'node:crypto';
import { base32 } from '../../common/base32.ts';
import { type Checkpoint, signCheckpoint } from '../../common/checkpoint.ts';
import { continuationBytes } from '../../common/continuation.ts';
import type { Ed25519Sign } from '../../common/signed-note.ts';
import { leafHash } from '../../common/tree.ts';
import { sha256 } from '../hash.ts';
import type { Store, Transaction } from '../store/store.ts';
import { appendLeaves } from './append.ts';
import { isContinued } from './continuity.ts';
import { placeWaiting } from './place-waiting.ts';
import type { Publisher } from './publisher.ts';
import { treeReader } from './tree-reader.ts';

export interface SequencerPorts {
  readonly store: Pick<Store, 'read' | 'write'>;
  readonly publisher: Publisher;
  /** The server's signing key; 32 bytes. */
  readonly publicKey: Uint8Array;
  readonly sign: Ed25519Sign;
  /** Wall clock, ms. */
  readonly now: () => number;
  /** Something that a person must look at; codes and numbers only. */
  readonly alert: (code: string, more: Readonly<Record<string, unknown>>) => void;
}

export interface Sequencer {
  /**
   * Takes committed events into the tree, if this process may; signs what is in the tree; then publishes it.
   * One call at a time. True: there is more to do at once.
   */
  step(): Promise<boolean>;
  /** Lets another process go on at once. */
  release(): Promise<void>;
}

/** How long a process that has fallen silent keeps others from going on, ms. */
const TERM_MS = 5_000;

interface Advanced {
  readonly term: string;
  readonly origin: string;
  readonly size: number;
  readonly isSigned: boolean;
  readonly isMore: boolean;
  readonly renewed: { readonly from: string; readonly lost: number } | undefined;
}

export function createSequencer(ports: SequencerPorts): Sequencer {
  const { store, publisher, publicKey, now, alert } = ports;
  /** Fencing token of this process's lease; undefined = it has none. */
  let term: string | undefined;

  async function step(): Promise<boolean> {
    const { note_size: signed, size } = await store.read.ledger();
    const isQuiet = signed === size && !(await store.read.isAnythingWaiting());
    // Nothing is written while there is nothing to do, not even a longer lease.
    if (isQuiet && (await publisher.publish())) return false;

    const before = await publisher.shown();
    const fresh = { term: randomUUID(), name: base32(randomBytes(10)).toLowerCase() };
    const advanced = await store.write((tx) => advance(tx, before, fresh));
    term = advanced?.term;
    if (advanced?.renewed !== undefined) alert('ledger-restored', advanced.renewed);
    if (advanced !== undefined && !advanced.isSigned) await signCommitted(advanced);
    if (!(await publisher.publish())) alert('ledger-not-continued', { shown: before?.size });
    return advanced?.isMore ?? false;
  }

  /** Grows the tree within the term; undefined = another process may, or there is no practice yet. */
  async function advance(
    tx: Transaction,
    before: Checkpoint | undefined,
    fresh: { readonly term: string; readonly name: string },
  ): Promise<Advanced | undefined> {
    const row = await tx.lockLedger();
    const clock = await tx.clock();
    const isMine = row.term === term;
    const practice = await tx.practice();
    if ((!isMine && row.term_ends > clock) || practice === undefined) return undefined;

    let { origin, size } = row;
    let renewed: Advanced['renewed'];
    const newOrigin = `${practice.rp_id}/wardlock/${fresh.name}`;
    if (before !== undefined && !(await isContinued(tx, before, row))) {
      origin = newOrigin;
      renewed = { from: before.origin, lost: Math.max(0, before.size - size) };
      const at = new Date(now()).toISOString();
      await appendRecord(tx, size, { at, origin, before: row.origin, after: before });
      size += 1;
    }
    if (origin === '') origin = newOrigin;
    const placed = await placeWaiting(tx, size);
    size += placed.leaves;
    const next = isMine ? row.term : fresh.term;
    const unsigned = renewed === undefined ? {} : { note: null, note_size: null };
    await tx.changeLedger({ origin, size, term: next, term_ends: clock + TERM_MS, ...unsigned });
    const isSigned = renewed === undefined && row.note_size === size;
    return { term: next, origin, size, isSigned, renewed, isMore: placed.isMore };
  }

  /**
   * Signs what is committed. A process that slept here for an hour signs the very tree that others have grown on
   * since, and its note is not taken: it is not its term any more.
   */
  async function signCommitted({ term: mine, origin, size }: Advanced): Promise<void> {
    const root = await treeReader(store.read).root(size);
    const note = await signCheckpoint(sha256, { origin, size, root }, publicKey, ports.sign);
    await store.write(async (tx) => {
      const row = await tx.lockLedger();
      if (row.term === mine) await tx.changeLedger({ note, note_size: size });
    });
  }

  return {
    step,
    async release() {
      const mine = term;
      term = undefined;
      if (mine === undefined) return;
      await store.write(async (tx) => {
        if ((await tx.lockLedger()).term === mine) await tx.changeLedger({ term_ends: 0 });
      });
    },
  };
}

async function appendRecord(
  tx: Transaction,
  size: number,
  what: Parameters<typeof continuationBytes>[0],
): Promise<void> {
  const record = continuationBytes(what);
  await tx.addSegments([{ record, entries: 1, leaf: size }]);
  await appendLeaves(tx, size, [leafHash(sha256, record)]);
}
