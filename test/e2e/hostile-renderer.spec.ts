import { test } from '@playwright/test';
import { fuzzRenderer } from '../fuzz/hostile-renderer.ts';

/** Bounded here; `npm run soak` goes on for as long as it is told. */
const CALLS = 900;

test('a page that was taken over opens no session, reads nothing of others, ends nothing', async () => {
  test.setTimeout(5 * 60_000);
  const seed = Number(process.env['WARDLOCK_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  process.stdout.write(`seed ${seed}\n`);
  await fuzzRenderer(CALLS, seed);
});
