import os from 'node:os';
import { parseArgs } from 'node:util';
import { transition } from '../main/domain/station.ts';
import { fuzzRenderer } from '../test/fuzz/hostile-renderer.ts';
import { fuzzKeyLayer, keyLayer } from '../test/fuzz/key-layer.ts';
import { fuzzStation } from '../test/fuzz/station-machine.ts';
import { millions } from './millions.ts';
import { printRows } from './row.ts';
import { takeTurns } from './switches.ts';

/**
 * `npm run soak`: what `npm test` does for seconds, for --minutes (10) at the key layer; --sequences (1000000) of
 * events through the station machine; --messages (20000) from pages that were taken over to the agent; --switches
 * (500) of user in the real Electron, and as many sessions that begin and end, with the memory that is left over;
 * --events (10000000) at a server on PostgreSQL.
 * A failure prints its seed.
 */
const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    sequences: { type: 'string', default: '1000000' },
    messages: { type: 'string', default: '20000' },
    switches: { type: 'string', default: '500' },
    events: { type: 'string', default: '10000000' },
  },
});
const amount = (name: keyof typeof values): number => {
  const given = Number(values[name]);
  if (!(given >= 0)) throw new Error(`--${name} is ${values[name]}: it must be a number from 0 on`);
  return given;
};
const [minutes, sequences] = [amount('minutes'), amount('sequences')];
const [messages, switches, events] = [amount('messages'), amount('switches'), amount('events')];
const say = (line: string) => void process.stdout.write(`${line}\n`);
const anySeed = () => Math.floor(Math.random() * 2 ** 31);

const ROUND = 20_000;
const end = performance.now() + minutes * 60_000;
let inputs = 0;
while (performance.now() < end) {
  fuzzKeyLayer(keyLayer, { runs: ROUND, seed: anySeed() });
  inputs += ROUND;
}
say(`key layer: ${inputs} inputs, none mishandled`);

const LAP = 100_000;
for (let done = 0; done < sequences; done += LAP) {
  fuzzStation(transition, { runs: Math.min(LAP, sequences - done), seed: anySeed() });
}
say(`station machine: ${sequences} sequences, every invariant kept`);

const CALLS = 2_000;
for (let done = 0; done < messages; done += CALLS) {
  const seed = anySeed();
  say(`messages of a hostile page: seed ${seed}`);
  await fuzzRenderer(Math.min(CALLS, messages - done), seed);
}
say(`hostile pages: ${messages} messages, nothing opened, read or ended`);

for (const [what, button] of [
  ['switches of user', 'Switch'],
  ['sessions begun and ended', 'Sign out'],
] as const) {
  if (switches === 0) break;
  const { before, after } = await takeTurns(button, switches);
  const whole = (kept: typeof after) => [...kept.values()].reduce((sum, one) => sum + one, 0);
  const [first, last] = [whole(before), whole(after)];
  const growth = (last / first).toFixed(3);
  say(
    `${switches} ${what}: ${first.toFixed(0)} to ${last.toFixed(0)} MiB, ${growth} × (reach: 1.1 ×)`,
  );
  for (const [type, kept] of after) {
    say(`  ${type}: ${(before.get(type) ?? 0).toFixed(1)} to ${kept.toFixed(1)} MiB`);
  }
}

if (events > 0) {
  const cpu = os.cpus();
  const memory = (os.totalmem() / 2 ** 30).toFixed(0);
  say(`${new Date().toISOString()}, ${cpu.length} x ${cpu[0]?.model}, ${memory} GiB`);
  printRows(await millions(events, say));
}
