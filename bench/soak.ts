import { parseArgs } from 'node:util';
import { fuzzKeyLayer, keyLayer } from '../test/fuzz/key-layer.ts';

/** `npm run soak`: what `npm test` does for seconds, for --minutes (10). A failure prints its seed. */
const { values } = parseArgs({ options: { minutes: { type: 'string', default: '10' } } });
const minutes = Number(values.minutes);
if (!(minutes > 0)) throw new Error(`--minutes is ${values.minutes}: it must be above 0`);

const ROUND = 20_000;
const end = performance.now() + minutes * 60_000;
let rounds = 0;
do {
  fuzzKeyLayer(keyLayer, { runs: ROUND, seed: Math.floor(Math.random() * 2 ** 31) });
  rounds++;
} while (performance.now() < end);
process.stdout.write(`key layer: ${rounds * ROUND} inputs, none mishandled\n`);
