// One long-running program of the demo or of a test: started, waited for until it says it is
// ready, and ended for certain.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * @typedef {object} Service
 * @property {string} name
 * @property {number} pid
 * @property {any} ready what the program said on its first line of standard output
 * @property {Promise<{ code: number | null, signal: string | null }>} exited
 * @property {() => string} log the last lines of its standard error
 * @property {() => Promise<void>} stop asks it to end, insists after five seconds, waits
 * @property {() => Promise<void>} kill ends it at once (SIGKILL), waits
 */

/**
 * Starts a program whose first line on standard output is `{"ready":true,…}`.
 * @param {string} name for messages
 * @param {readonly string[]} args for this Node
 * @param {{ env?: NodeJS.ProcessEnv, cwd?: string, readySeconds?: number, onLog?: (line: string) => void }} [options]
 * @returns {Promise<Service>}
 */
export async function startService(name, args, { env, cwd, readySeconds = 30, onLog } = {}) {
  const child = spawn(...endingWithUs(process.execPath, args), {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const service = supervise(name, child, onLog);
  const line = firstLine(child);
  const outcome = await Promise.race([
    line.then((text) => ({ text })),
    service.exited.then(({ code, signal }) => ({ problem: `ended with ${signal ?? code}` })),
    sleep(readySeconds * 1000, undefined, { ref: false }).then(() => ({
      problem: `was not ready after ${readySeconds} s`,
    })),
  ]);
  const ready = outcome.text === undefined ? undefined : parsed(outcome.text);
  if (ready?.ready !== true) {
    await service.kill();
    const problem = outcome.problem ?? `said ${outcome.text} instead of {"ready":true}`;
    throw new Error(`${name} ${problem}\n${service.log()}`);
  }
  return { ...service, ready };
}

/**
 * The command, started so that the kernel ends it when this process dies, however it dies.
 * @returns {[string, readonly string[]]}
 */
export function endingWithUs(command, args) {
  if (process.platform !== 'linux') return [command, args];
  return ['setpriv', ['--pdeathsig', 'TERM', command, ...args]];
}

/**
 * The part of a service that any child process has: its log and its end.
 * @param {string} name
 * @param {import('node:child_process').ChildProcess} child
 * @param {(line: string) => void} [onLog]
 */
export function supervise(name, child, onLog) {
  const lines = [];
  if (child.stderr) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line);
      if (lines.length > 200) lines.shift();
      onLog?.(line);
    });
  }
  const exited = new Promise((resolve) => {
    child.once('error', (error) => {
      lines.push(error.message);
      resolve({ code: 127, signal: null });
    });
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  const running = () =>
    child.pid !== undefined && child.exitCode === null && child.signalCode === null;
  const kill = async () => {
    if (running()) child.kill('SIGKILL');
    await exited;
  };
  const stop = async () => {
    if (running()) child.kill('SIGTERM');
    const late = sleep(5000, 'late', { ref: false });
    if ((await Promise.race([exited, late])) === 'late') await kill();
  };
  return { name, pid: child.pid ?? 0, exited, log: () => lines.join('\n'), stop, kill };
}

async function firstLine(child) {
  const reader = createInterface({ input: child.stdout });
  const [line] = await once(reader, 'line');
  // Later output is read and thrown away: a full pipe would stop the program.
  child.stdout.resume();
  return line;
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    return { ready: false, error };
  }
}
