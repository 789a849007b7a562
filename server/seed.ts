import { type Result, err, ok } from '../common/result.ts';
import { digestOf, publishDirectory } from './directory.ts';
import type { Keys } from './keys.ts';
import type { Practice } from './practice.ts';
import type { Store } from './store/store.ts';

/** Loads a practice into an empty server. The same one again changes nothing. */
export async function seed(
  store: Store,
  keys: Keys,
  practice: Practice,
  now: number,
): Promise<Result<'seeded' | 'unchanged', { readonly seededWith: string }>> {
  const digest = digestOf(practice);
  return store.write(async (tx) => {
    const existing = await tx.practice();
    if (existing !== undefined) {
      return existing.digest === digest ? ok('unchanged') : err({ seededWith: existing.name });
    }
    await tx.addPractice(practice, digest);
    await publishDirectory(tx, keys, now);
    return ok('seeded');
  });
}
