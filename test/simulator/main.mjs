// A simulated security key, its own process, for development and tests.
// usage: node test/simulator/main.mjs --udp PORT --control PORT [--http PORT] --keys FILE   (0 = any port)
import { parseArgs } from 'node:util';
import { openControl, openPage } from './control.mjs';
import { openKeysFile } from './keys-file.mjs';
import { openSlot } from './usb-slot.mjs';

const { values } = parseArgs({
  options: {
    udp: { type: 'string' },
    control: { type: 'string' },
    http: { type: 'string' },
    keys: { type: 'string' },
  },
});
if (!values.udp || !values.control || !values.keys) {
  process.stderr.write('usage: main.mjs --udp PORT --control PORT [--http PORT] --keys FILE\n');
  process.exit(2);
}

const keysFile = openKeysFile(values.keys);
const slot = await openSlot(keysFile, Number(values.udp));
const control = await openControl(slot, Number(values.control));
const pins = new Map(keysFile.keys.map(({ id, pin }) => [id, pin]));
const http =
  values.http === undefined ? undefined : await openPage(slot, pins, Number(values.http));
process.stdout.write(`${JSON.stringify({ ready: true, udp: slot.port, control, http })}\n`);
