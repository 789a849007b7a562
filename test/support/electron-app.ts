import { existsSync } from 'node:fs';
import path from 'node:path';
import { _electron, type ElectronApplication } from '@playwright/test';
import { startDisplay } from '../../tools/display.mjs';
import { resolveElectron, sandboxArguments } from '../../tools/electron.mjs';

const root = path.resolve(import.meta.dirname, '../..');

export interface LaunchOptions {
  readonly env?: Record<string, string>;
  /** DISPLAY to show it on; one of its own when left out. */
  readonly display?: string;
  readonly size?: { readonly width: number; readonly height: number };
}

export interface AgentOptions extends LaunchOptions {
  /** Environment of the demo stack (`agentEnvironment`). */
  readonly env: Record<string, string>;
  /** Folder of the bundle. */
  readonly bundle?: 'agent-dev' | 'agent';
}

export interface RunningAgent {
  readonly app: ElectronApplication;
  readonly display: string;
  readonly runtime: string;
  /** Picture of the whole display as a person sees it. */
  screenshot(file: string): Promise<void>;
  /** Ends the agent in order, and its display; throws where it had to be killed. */
  stop(): Promise<void>;
  /** Ends the agent as a power cut would; the display stays. */
  kill(): Promise<void>;
}

const inherited = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(process.env).flatMap(([k, v]) => (v === undefined ? [] : [[k, v]])),
  );

/** Starts the built agent in a real Electron on a real display, driven by Playwright. */
export function launchAgent(options: AgentOptions): Promise<RunningAgent> {
  const bundle = path.join(root, 'out', options.bundle ?? 'agent-dev');
  if (!existsSync(path.join(bundle, 'main.cjs'))) {
    throw new Error(`there is no ${bundle}: run node_modules/.bin/node tools/build.mjs`);
  }
  return launchElectron(bundle, options);
}

/** Starts any Electron app the same way. */
export async function launchElectron(
  folder: string,
  options: LaunchOptions = {},
): Promise<RunningAgent> {
  const electron = await resolveElectron(() => undefined);
  const own = options.display === undefined ? await startDisplay(options.size) : undefined;
  const display = own?.name ?? options.display ?? '';
  const app = await _electron.launch({
    executablePath: electron.executable,
    args: [folder],
    cwd: root,
    // Playwright adds --no-sandbox without this; with it only root goes without the sandbox.
    chromiumSandbox: sandboxArguments().length === 0,
    env: { ...inherited(), ...options.env, DISPLAY: display },
    timeout: 60_000,
  });
  const child = app.process();
  let log = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    log = (log + chunk.toString()).slice(-20_000);
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    app,
    display,
    runtime: `Electron ${electron.version} (${electron.source})`,
    async screenshot(file) {
      if (!own) throw new Error('the display belongs to somebody else');
      await own.screenshot(file);
    },
    async stop() {
      // app.quit() runs the agent's own orderly end; a hung one is ended for it.
      let isHung = false;
      const timer = setTimeout(() => {
        isHung = true;
        child.kill('SIGKILL');
      }, 10_000);
      await app.evaluate(({ app: electronApp }) => electronApp.quit()).catch(() => undefined);
      await gone;
      clearTimeout(timer);
      await own?.stop();
      if (process.env['WARDLOCK_SHOW_LOG']) process.stderr.write(log);
      if (isHung) throw new Error(`the agent did not end by itself\n${log}`);
    },
    async kill() {
      child.kill('SIGKILL');
      await gone;
    },
  };
}
