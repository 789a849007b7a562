import { ok, err } from '../../../common/result.ts';
import { flag, whole } from '../../config/field.ts';
import { type Removed, removeOldBodies } from '../../retention/remove.ts';
import { admin, adminChange } from './admin.ts';

export const retentionKeep = adminChange({
  name: 'retention keep',
  about: 'Sets for how long the bodies of events are kept.',
  // A year is the least: what is wrong is often found at the yearly review.
  options: { days: whole(365, 36_500) },
  positional: 'days',
  async run(tx, { days }) {
    const practice = await tx.practice();
    if (practice === undefined) return err('There is no practice yet.');
    await tx.setKeepDays(days);
    const detail = { before: practice.keep_days, now: days };
    return ok({
      text: `Bodies are kept for ${days} days; before it was ${practice.keep_days}.`,
      json: { keepDays: days },
      deeds: [{ action: 'retention.keep', target: 'practice', detail }],
    });
  },
});

export const retentionRun = admin(
  {
    name: 'retention run',
    about: 'Removes the bodies that are older than they are kept; servers do it by themselves.',
    options: { dryRun: flag },
  },
  async ({ store }, { dryRun: isDryRun }, who) => {
    const now = Date.now();
    const done = await removeOldBodies(store, { now, isDryRun });
    if (done === undefined) return err('There is no practice yet.');
    const { keepDays, before, removed, kept } = done;
    if (!isDryRun && removed > 0) {
      const detail = { keepDays, before, removed };
      await store.write((tx) =>
        tx.addAdminAction(who, { action: 'retention.run', target: 'ledger', detail }, now),
      );
    }
    return ok({ text: describe(done, isDryRun), json: { keepDays, before, removed, kept } });
  },
);

function describe({ keepDays, before, removed, kept }: Removed, isDryRun: boolean): string {
  const lines = [
    `Bodies are kept for ${keepDays} days: those from before ${before} go.`,
    `${removed} ${isDryRun ? 'would be removed; nothing was changed' : 'removed'}.`,
  ];
  for (const [why, n] of Object.entries(kept)) lines.push(`${n} older ones stay: ${why}.`);
  return lines.join('\n');
}
