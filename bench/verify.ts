import { hash, randomUUID } from 'node:crypto';
import { GENESIS } from '../common/event.ts';
import { MAX_BATCH_EVENTS } from '../common/wire.ts';
import { isGood, verifyExport } from '../server/ledger/verify/verify-export.ts';
import { makeLogKey, withExport } from '../test/support/export-folder.ts';
import { makeBatch } from './made-batch.ts';
import { type Row, compared } from './row.ts';

const BATCHES = 100;
const ROUNDS = 10;

/**
 * `wardlock-server verify` on an export without accesses, one thread, from the file's bytes to the verdict
 * (lines, leaf hashes, chain, tree), against SHA-256 alone over the same events in memory.
 */
export async function rows(): Promise<Row[]> {
  const entries: Uint8Array[] = [];
  const [station, epoch] = [randomUUID(), randomUUID()];
  let prev = GENESIS;
  for (let batch = 0; batch < BATCHES; batch++) {
    for (const made of makeBatch(station, epoch, batch * MAX_BATCH_EVENTS, prev)) {
      entries.push(made.canonical);
      prev = made.hash;
    }
  }
  return withExport({ key: makeLogKey(), entries }, async (folder) => {
    const ours: number[] = [];
    const alone: number[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const theirs = await cpuOf(async () => {
        for (const entry of entries) hash('sha256', entry, 'hex');
      });
      const mine = await cpuOf(async () => {
        const report = await verifyExport(folder, []);
        if (!report.ok || !isGood(report.value)) throw new Error('the export does not verify');
      });
      // The first round warms up.
      if (round === 0) continue;
      alone.push(theirs / entries.length);
      ours.push(mine / entries.length);
    }
    const name = 'verification of chain and tree, against SHA-256 alone';
    return [compared(name, 'µs CPU/event', ours, alone)];
  });
}

/** Microseconds of processor time: what a thread needs, however busy the machine is. */
async function cpuOf(run: () => Promise<void>): Promise<number> {
  const before = process.cpuUsage();
  await run();
  const { user, system } = process.cpuUsage(before);
  return user + system;
}
