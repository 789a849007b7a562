// A simulated security key alone on a UDP port of the loopback: 64-byte reports in, 64-byte reports out.
//
//   PORT=PORT [CONTROL_PORT=PORT] [KEY=JSON] node test/simulator/udp.ts          (0 = any port)
//
// Prints `listening 127.0.0.1:PORT` once it answers, and before that, with CONTROL_PORT, the line
// `control 127.0.0.1:PORT`. It holds one fresh key without a PIN, plugged in and touched by itself; KEY
// changes its memory (the fields of record.ts, such as {"minPinLength":6}). Nothing outlives the process.
// An empty datagram to the last peer says that the key was pulled or put back. SIGTERM ends it.
//
// CONTROL_PORT takes JSON lines over TCP, and answers each with one line, {"ok":true,…} or
// {"ok":false,"error":…}. The commands, with their fields, are in control-commands.ts, faults in faults.ts:
//
//   {"cmd":"power-cycle"}                      pulled and put back
//   {"cmd":"remove"}  {"cmd":"insert","key":"key"}
//   {"cmd":"set-touch","auto":false}           {"cmd":"set-touch","auto":true,"delayMs":500,"finger":false}
//   {"cmd":"touch","finger":true}              one touch → {"ok":true,"touched":true}
//   {"cmd":"set-key","pin":"246813","alwaysUv":true,"fingerprints":1,"profile":{"maxCredentials":1}}
//   {"cmd":"add-credential","rpId":"localhost"}  → id, userHandle, publicKey (COSE_Key), base64url
//   {"cmd":"set-fault","fault":{"kind":"status","status":55,"command":6,"subCommand":9,"times":1}}
//   {"cmd":"set-fault","fault":null}
//   {"cmd":"state"}                            → inserted, waitingForTouch, reports, heard, keys
//   {"cmd":"subscribe"}                        → from then on a line for each change of the state
import { openControl } from './control.ts';
import { keysInMemory } from './keys-file.ts';
import type { PartialRecord } from './record.ts';
import { openSlot } from './usb-slot.ts';

const { PORT, CONTROL_PORT, KEY = '{}' } = process.env;
if (!/^\d+$/.test(PORT ?? '')) {
  process.stderr.write('udp.ts: set PORT to the UDP port to listen on (0 = any)\n');
  process.exit(2);
}
const record = JSON.parse(KEY) as PartialRecord;
const slot = await openSlot(keysInMemory([{ ...record, id: 'key' }]), Number(PORT));
slot.touchAutomatically({ delayMs: 0, finger: true });
slot.insert('key');
if (CONTROL_PORT !== undefined) {
  process.stdout.write(`control 127.0.0.1:${await openControl(slot, Number(CONTROL_PORT))}\n`);
}
process.stdout.write(`listening 127.0.0.1:${slot.port}\n`);
