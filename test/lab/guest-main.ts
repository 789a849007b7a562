import { readFileSync } from 'node:fs';
import { release } from 'node:os';
import { type GuestConfig, guestBench } from './bench.ts';
import { runCases } from './suite.ts';

/** Runs inside the guest: one line of JSON on standard output for each thing to tell. */
const say = (message: unknown) => process.stdout.write(`@${JSON.stringify(message)}\n`);

const config = JSON.parse(readFileSync('/lab/config.json', 'utf8')) as GuestConfig;
say({ runtime: `Linux ${release()}, Node ${process.versions.node}` });
try {
  await runCases(await guestBench(config), (item) => say({ item }));
  say({ done: true });
} catch (error) {
  say({ error: error instanceof Error ? error.stack : String(error) });
}
process.exit(0);
