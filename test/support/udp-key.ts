import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

/** Starts test/simulator/udp.ts: one fresh key on a UDP port, with its control channel. */
export async function startUdpKey(record: Readonly<Record<string, unknown>> = {}) {
  const child = spawn(
    process.execPath,
    [path.resolve(import.meta.dirname, '../simulator/udp.ts')],
    {
      env: { ...process.env, PORT: '0', CONTROL_PORT: '0', KEY: JSON.stringify(record) },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const ports: number[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    ports.push(Number(line.slice(line.lastIndexOf(':') + 1)));
    if (line.startsWith('listening')) break;
  }
  const [control, udp] = ports;
  if (control === undefined || udp === undefined)
    throw new Error('the simulated key did not start');
  return {
    udp,
    control,
    async stop() {
      if (child.exitCode !== null) return;
      child.kill();
      await once(child, 'exit');
    },
  };
}
