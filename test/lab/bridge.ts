import { createSocket } from 'node:dgram';
import { open } from 'node:fs/promises';

/**
 * Carries 64-byte reports between the device side of a USB gadget and an authenticator on UDP.
 * Its reads block in the kernel, so that it is a process of its own, and is ended by force.
 * usage: bridge /dev/hidgN PORT
 */
const [device = '', port] = process.argv.slice(2);
const gadget = await open(device, 'r+');
const socket = createSocket('udp4');
socket.connect(Number(port), '127.0.0.1');

// One write at a time: each waits until the host has fetched the report before it.
let written = Promise.resolve();
socket.on('message', (report) => {
  if (report.length !== 64) return;
  written = written.then(async () => {
    await gadget.write(report);
  });
});
// An authenticator that is not there yet, or not any more, is a key that does not answer.
socket.on('error', () => undefined);
socket.once('connect', () => process.stdout.write('ready\n'));

for (;;) {
  const report = Buffer.alloc(64);
  const { bytesRead } = await gadget.read(report, 0, 64, null);
  if (bytesRead > 0) socket.send(report);
}
