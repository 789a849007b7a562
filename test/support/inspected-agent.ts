import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { ElectronApplication } from '@playwright/test';
import { startDisplay } from '../../tools/display.mjs';
import { resolveElectron, sandboxArguments } from '../../tools/electron.mjs';
import { endingWithUs } from '../../tools/service.mjs';

/** The part of Playwright's that asks main. */
export type InMain = Pick<ElectronApplication, 'evaluate'>;

interface Answer {
  readonly id?: number;
  readonly result?: {
    readonly result?: { readonly value?: unknown };
    readonly exceptionDetails?: unknown;
  };
}

/** A question to main by Node's inspector (https://chromedevtools.github.io/devtools-protocol/v8/Runtime/). */
async function inspector(address: string) {
  const socket = new WebSocket(address);
  await once(socket, 'open');
  const waiting = new Map<number, (answer: Answer) => void>();
  socket.addEventListener('message', ({ data }) => {
    const answer = JSON.parse(String(data)) as Answer;
    waiting.get(answer.id ?? 0)?.(answer);
  });
  return async (expression: string): Promise<unknown> => {
    const id = waiting.size + 1;
    const answered = new Promise<Answer>((resolve) => waiting.set(id, resolve));
    const params = { expression, awaitPromise: true, returnByValue: true };
    socket.send(JSON.stringify({ id, method: 'Runtime.evaluate', params }));
    const { result } = await answered;
    if (result?.exceptionDetails) throw new Error(JSON.stringify(result.exceptionDetails));
    return result?.result?.value;
  };
}

/**
 * The agent with no debugger at its pages but its own: Playwright's keeps Chromium from giving up a page that hangs,
 * and the preload script from frames that load beside the agent's own debugger. Only main is spoken to.
 */
export async function launchInspected(env: Readonly<Record<string, string>>) {
  const electron = await resolveElectron(() => undefined);
  const display = await startDisplay();
  const bundle = path.resolve(import.meta.dirname, '../../out/agent-dev');
  const child = spawn(
    ...endingWithUs(electron.executable, ['--inspect=0', ...sandboxArguments(), bundle]),
    {
      env: { ...process.env, ...env, DISPLAY: display.name },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
  const gone = once(child, 'exit');
  const address = await new Promise<string>((resolve) => {
    createInterface({ input: child.stderr }).on('line', (line) => {
      const found = /^Debugger listening on (ws:\S+)/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
  });
  const ask = await inspector(address);
  const evaluate = (run: unknown, given?: unknown) =>
    // Undefined until main's program has begun.
    ask(
      `globalThis.process?.mainModule && (${String(run)})(process.mainModule.require('electron'), ${JSON.stringify(given)})`,
    );
  return {
    app: { evaluate: evaluate as InMain['evaluate'] },
    display: display.name,
    async stop() {
      child.kill('SIGKILL');
      await gone;
      await display.stop();
    },
  };
}
