// The server as a program of its own, bundled from its source now: a bundle starts much faster.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rename } from 'node:fs/promises';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { build } from 'esbuild';

const root = path.resolve(import.meta.dirname, '../..');
export const program = await bundle();

async function bundle(): Promise<string> {
  const folder = path.join(root, 'out', 'test-server');
  const draft = path.join(folder, `draft-${process.pid}.mjs`);
  await build({
    absWorkingDir: root,
    entryPoints: ['server/index.ts'],
    outfile: draft,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node22',
    external: ['better-sqlite3'],
    banner: {
      js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
    },
  });
  // Two test files may do this at once.
  const file = path.join(folder, 'index.mjs');
  await rename(draft, file);
  return file;
}

export interface ServerProcess {
  readonly child: ChildProcess;
  readonly origin: string;
  readonly token: string;
  /** Everything on stderr so far. */
  log(): string;
  end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null>;
}

/** Serves a data folder on a free port of this computer. */
export async function startServer(
  data: string,
  ...options: readonly string[]
): Promise<ServerProcess> {
  const args = [program, 'serve', '--data', data, '--port', '0', ...options];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.on('data', (chunk) => (log += String(chunk)));
  const ended = once(child, 'exit');
  const lines = createInterface({ input: child.stdout });
  const first = await Promise.race([once(lines, 'line'), ended]);
  const text: unknown = first[0];
  if (typeof text !== 'string') throw new Error(`the server ended at once: ${log}`);
  const ready = JSON.parse(text);
  const consoleUrl = new URL(ready.consoleUrl);
  return {
    child,
    origin: `${consoleUrl.protocol}//127.0.0.1:${ready.port}`,
    token: consoleUrl.searchParams.get('token') ?? '',
    log: () => log,
    async end(signal) {
      child.kill(signal);
      await ended;
      return child.exitCode;
    },
  };
}

export interface CommandOutcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function serverCommand(...args: readonly string[]): Promise<CommandOutcome> {
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [program, ...args], {
      timeout: 60_000,
      maxBuffer: 64 * 1024 * 1024,
    });
    return { code: 0, stdout, stderr };
  } catch (error) {
    if (!(error instanceof Error && 'stdout' in error && 'stderr' in error && 'code' in error)) {
      throw error;
    }
    const { code, stdout, stderr } = error;
    return { code: Number(code), stdout: String(stdout), stderr: String(stderr) };
  }
}
