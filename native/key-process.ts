import { appendFileSync } from 'node:fs';
import { watchAgent } from './agent-watch.ts';
import { hidKeys } from './hid/devices.ts';
import { simulatedSlot } from './hid/simulated-slot.ts';
import type { KeySource } from './hid/key-source.ts';
import { inspectKeys } from './inspect-keys.ts';
import { type AgentBeat, type KeyEvent, agentBeat, ping, pong } from './key-protocol.ts';
import { keyService } from './key-service.ts';

/**
 * Entry of the key process (an Electron utility process): all talk with security keys happens here, so
 * that a crash of a native module locks the station instead of ending it. With the argument `inspect` it
 * looks at the keys once, for `--diagnose`, and serves nobody.
 */
interface ParentPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: { readonly data: unknown }) => void): void;
}
const { parentPort } = process as unknown as { readonly parentPort?: ParentPort };
if (!parentPort) throw new Error('the key process runs as a utility process of the agent');

const report = (code: string, cause: unknown) => {
  process.stderr.write(`${code} ${cause instanceof Error ? cause.message : String(cause)}\n`);
};

const sources: KeySource[] = [hidKeys(report)];
if (__SIMULATED_KEYS__) {
  const address = process.env['WARDLOCK_SIMULATED_KEY'];
  if (address !== undefined) sources.push(simulatedSlot(address));
}

// What nobody expected ends this process; the agent locks and starts it again.
const die = (error: unknown) => {
  report('key-process', error);
  process.exit(1);
};
process.on('uncaughtException', die);
process.on('unhandledRejection', die);

if (process.argv.includes('inspect')) {
  inspectKeys(sources).then((inspection) => parentPort.postMessage(inspection), die);
} else serve(parentPort);

function serve(port: ParentPort): void {
  const service = keyService(sources, (event: KeyEvent) => port.postMessage(event));
  const alive = watchAgent(endAgent);
  port.on('message', ({ data }) => {
    const beat = agentBeat.safeParse(data);
    if (beat.success) return alive(beat.data);
    // A device that does not let go is as bad as a process that stands still.
    const handled = ping.safeParse(data).success
      ? service.released().then(() => port.postMessage(pong.parse({ kind: 'pong' })))
      : service.handle(data);
    handled.catch(die);
  });
  service.tellKeys();
}

/**
 * The system takes every window from the screen with the process that owns them. The line in the log comes
 * after it: what the agent hangs on may be the disk.
 */
function endAgent({ pid, log }: AgentBeat): void {
  process.kill(pid, 'SIGKILL');
  const line = { at: new Date().toISOString(), level: 'error', code: 'hung' };
  appendFileSync(log, `${JSON.stringify(line)}\n`);
}
