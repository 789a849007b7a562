import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Stop, say } from '../../tools/log.mjs';
import { installSystemPackages } from '../../tools/system-packages.mjs';
import { cases } from './cases.ts';
import { udpBench } from './bench.ts';
import { type GuestRun, runInGuest } from './guest.ts';
import { expected, program, register } from './setting.ts';
import { type Item, runCases } from './suite.ts';

/**
 * `npm run lab`: the product's key process and libfido2 at a real HID device, in a kernel of its own.
 * [--authenticator COMMAND] another authenticator in the simulator's place; [--udp 127.0.0.1:PORT] the product's
 * client straight over UDP, without the guest; [--json FILE] the outcome for machines.
 */
const root = path.resolve(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: {
    authenticator: { type: 'string' },
    udp: { type: 'string' },
    json: { type: 'string' },
  },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => process.exit(130));

const items: Item[] = [];
const tell = (item: Item) => {
  items.push(item);
  const note = item.note === '' ? '' : `: ${item.note}`;
  say(`${item.outcome.padEnd(9)} ${item.case}${note}`);
};
const fails = (name: string, note: string) =>
  tell({ case: name, outcome: 'failed', seconds: 0, note });

let runtime = 'none';
let code = 0;
try {
  if (values.udp !== undefined && values.authenticator !== undefined) {
    throw new Stop('--udp and --authenticator: one of the two');
  }
  const run = await (values.udp === undefined
    ? labInGuest(values.authenticator)
    : labOverUdp(values.udp));
  ({ runtime } = run);
  if (run.error !== undefined) process.stderr.write(`${run.error}\n`);
  for (const { name } of cases) {
    if (!items.some((item) => item.case === name)) fails(name, 'did not run');
  }
  code = run.error === undefined && items.every(({ outcome }) => outcome !== 'failed') ? 0 : 1;
} catch (error) {
  code = 2;
  const reason = error instanceof Error ? error.message : String(error);
  process.stderr.write(`\nThe lab could not run. ${reason}\n`);
  fails('the lab can run', reason);
}

async function labInGuest(authenticator: string | undefined): Promise<GuestRun> {
  await installSystemPackages('lab');
  return runInGuest(authenticator, tell);
}

async function labOverUdp(address: string): Promise<GuestRun> {
  const [, host, port] = /^(127\.0\.0\.1|localhost):(\d+)$/.exec(address) ?? [];
  if (host === undefined)
    throw new Stop(`--udp ${address}: it must be 127.0.0.1:PORT, as for the product`);
  await installSystemPackages('labOverUdp');
  const bench = await udpBench(Number(port), program('out/agent-dev'), expected, register);
  await runCases(bench, tell);
  return { runtime: `Node ${process.versions.node}, over UDP` };
}

const count = (outcome: Item['outcome']) => items.filter((item) => item.outcome === outcome).length;
say(
  `${runtime}: ${count('passed')} passed, ${count('failed')} failed, ${count('left out')} left out`,
);
if (values.json !== undefined) {
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  const outcome = { schema: 1, command: 'lab', commit, runtime, ok: code === 0, items };
  writeFileSync(values.json, `${JSON.stringify(outcome, null, 2)}\n`);
}
process.exit(code);
