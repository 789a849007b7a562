// A simulated security key, its own process, for development and tests.
// usage: node test/simulator/main.ts --udp PORT --control PORT [--http PORT] --keys FILE   (0 = any port)
import { parseArgs } from 'node:util';
import { openControl } from './control.ts';
import { openKeysFile } from './keys-file.ts';
import { openPage } from './page.ts';
import { openSlot } from './usb-slot.ts';

const { values } = parseArgs({
  options: {
    udp: { type: 'string' },
    control: { type: 'string' },
    http: { type: 'string' },
    keys: { type: 'string' },
  },
});
if (values.udp === undefined || values.control === undefined || values.keys === undefined) {
  process.stderr.write('usage: main.ts --udp PORT --control PORT [--http PORT] --keys FILE\n');
  process.exit(2);
}

const slot = await openSlot(openKeysFile(values.keys), Number(values.udp));
const control = await openControl(slot, Number(values.control));
const http = values.http === undefined ? undefined : await openPage(slot, Number(values.http));
process.stdout.write(`${JSON.stringify({ ready: true, udp: slot.port, control, http })}\n`);
