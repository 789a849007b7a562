// Control of the simulator: JSON lines over TCP, for tests.
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { perform } from './control-commands.ts';
import type { Slot } from './usb-slot.ts';

/**
 * Each line is answered by one line, { ok: true, … } or { ok: false, error }. After { cmd: 'subscribe' }
 * each change of the slot's state is told as well. Resolves with the port.
 */
export async function openControl(slot: Slot, port: number): Promise<number> {
  const server = createServer((socket) => {
    const write = (value: object) => socket.write(`${JSON.stringify(value)}\n`);
    const onChanged = () => write({ ok: true, event: 'state', ...slot.state() });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => slot.events.off('changed', onChanged));
    createInterface({ input: socket }).on('line', (line) => {
      try {
        const request: unknown = JSON.parse(line);
        const isSubscription =
          typeof request === 'object' && request !== null && 'cmd' in request
            ? request.cmd === 'subscribe'
            : false;
        if (isSubscription) {
          slot.events.on('changed', onChanged);
          write({ ok: true });
        } else write({ ok: true, ...perform(slot, request) });
      } catch (error) {
        write({ ok: false, error: error instanceof Error ? error.message : String(error) });
      }
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
