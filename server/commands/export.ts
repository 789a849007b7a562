import { err, ok } from '../../common/result.ts';
import { path } from '../config/field.ts';
import { exportLedger, isEmptyFolder } from '../ledger/export.ts';
import { ledgerParts } from '../ledger/ledger.ts';
import { createLog } from '../log.ts';
import { program } from './program.ts';
import { withServer } from './with-server.ts';

/** How long a running server may take to come to the newest events, in looks of LOOK_MS. */
const LOOKS = 50;
const LOOK_MS = 200;

/** Writes the whole ledger into a folder, for `verify` and for auditors. Also while servers run. */
export const exportEvents = program({
  name: 'export',
  about: 'Writes every event, the tree over them and what verifies them into a folder.',
  settings: ['data', 'database'],
  options: { out: path('an empty or a new folder') },
  run: ({ data, database, out }) =>
    withServer({ data, database }, async ({ store, keys }) => {
      if (!isEmptyFolder(out)) {
        return err(`--out is "${out}", which is not empty; allowed is an empty or a new folder.`);
      }
      const log = createLog();
      const { publisher, sequencer } = ledgerParts({ store, keys, data, now: Date.now, log });
      // Takes in what is waiting, or waits until the server that may has done it.
      for (let look = 0; look < LOOKS; look++) {
        while (await sequencer.step());
        if (!(await store.read.isAnythingWaiting())) break;
        await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      }
      await sequencer.release();
      const published = publisher.published();
      if (published === undefined) {
        return err('There is no ledger to export yet: no practice, or no checkpoint.');
      }
      const now = Date.now();
      const removed = await exportLedger({ read: store.read, keys, published, folder: out, now });
      if (!removed.ok) return removed;
      const { origin, size } = published.checkpoint;
      const left = await store.read.isAnythingWaiting();
      const notes = [
        `${size} entries of ${origin} are in ${out}`,
        ...(removed.value > 0 ? [`retention has removed the bodies of ${removed.value}`] : []),
        ...(left ? ['newer events are not in the tree yet'] : []),
      ];
      return ok(`${notes.join('; ')}.`);
    }),
});
