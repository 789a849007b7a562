// Two sequencers on one PostgreSQL: what one of them may do between another one's look and its deed.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ledgerParts } from '../../server/ledger/ledger.ts';
import { createLog } from '../../server/log.ts';
import { type Store, openStore } from '../../server/store/store.ts';
import { openRaw } from '../support/database.ts';
import { type Lab, TestJournal, type TestStation, openLab } from './server-lab.ts';

let lab: Lab;
let station: TestStation;
let journal: TestJournal;
let otherStore: Store;
let folder: string;
beforeEach(async () => {
  lab = await openLab({ runsLedger: false });
  station = await lab.pairedStation();
  journal = new TestJournal(station.id);
  otherStore = await openStore({ data: lab.data, database: lab.database });
  folder = await mkdtemp(path.join(tmpdir(), 'wardlock-sequencers-'));
});
afterEach(async () => {
  await otherStore.close();
  await lab.close();
  await rm(folder, { recursive: true });
});

async function upload(count: number): Promise<void> {
  const batch = Array.from({ length: count }, () => journal.append({ type: 'app.blocked' }));
  expect((await station.upload(batch)).status).toBe(200);
}

const endTerm = () => lab.store.write((tx) => tx.changeLedger({ term_ends: 0 }));

interface Moments {
  /** Before each transaction, counted from 1. */
  readonly before?: (transaction: number) => Promise<void>;
  /** It has looked at the ledger's row, and is about to change it. */
  readonly within?: (transaction: number) => Promise<void>;
}

function sequencerOn(store: Store, { before, within }: Moments = {}) {
  let count = 0;
  const held: Store = {
    ...store,
    async write(work) {
      const transaction = ++count;
      await before?.(transaction);
      return store.write((tx) =>
        work({
          ...tx,
          async changeLedger(values) {
            await within?.(transaction);
            await tx.changeLedger(values);
          },
        }),
      );
    },
  };
  const log = createLog({ write: () => undefined });
  return ledgerParts({ store: held, keys: lab.keys, data: folder, now: Date.now, log }).sequencer;
}

/** Resolves when this is done, or waits for a lock. */
async function doneOrWaiting(work: Promise<unknown>): Promise<void> {
  let isDone = false;
  void work.finally(() => (isDone = true));
  const raw = openRaw(lab);
  await vi.waitFor(
    async () => {
      const { rows } = await sql`select 1 from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`.execute(raw);
      expect(isDone || rows.length > 0).toBe(true);
    },
    { timeout: 60_000, interval: 20 },
  );
  await raw.destroy();
}

test('between the look of one that signs and its signature nobody else signs: the newest stays', async () => {
  const other = sequencerOn(otherStore);
  let others: Promise<unknown> | undefined;
  const first = sequencerOn(lab.store, {
    async before(transaction) {
      if (transaction !== 2) return;
      await upload(4);
      await endTerm();
    },
    async within(transaction) {
      if (transaction !== 2) return;
      others = other.step();
      await doneOrWaiting(others);
    },
  });
  await upload(3);
  await first.step();
  await others;
  expect(await lab.store.read.ledger()).toMatchObject({ size: 7, note_size: 7 });
});

test('between the look of one that ends and the end of its term nobody begins one, which would end too', async () => {
  const other = sequencerOn(otherStore);
  let others: Promise<unknown> | undefined;
  const first = sequencerOn(lab.store, {
    async within(transaction) {
      if (transaction !== 3) return;
      others = other.step();
      await doneOrWaiting(others);
    },
  });
  await upload(3);
  await first.step();
  await upload(4);
  await endTerm();
  await first.release();
  await others;
  const { size, note_size, term_ends } = await lab.store.read.ledger();
  expect([size, note_size]).toEqual([7, 7]);
  expect(term_ends).toBeGreaterThan(0);
});
