import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from '@playwright/test';
import { startDisplay } from '../../tools/display.mjs';
import { resolveElectron, sandboxArguments } from '../../tools/electron.mjs';

test('an agent whose data folder cannot be made ends, and says why', async () => {
  const { executable } = await resolveElectron(() => undefined);
  const display = await startDisplay();
  const bundle = path.resolve(import.meta.dirname, '../../out/agent-dev');
  const agent = spawn(executable, [bundle, ...sandboxArguments()], {
    // A file where the folder should be: not even root makes one there.
    env: {
      ...process.env,
      DISPLAY: display.name,
      WARDLOCK_DATA: path.join(import.meta.filename, 'station'),
    },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    const [told, [code]] = await Promise.all([text(agent.stderr), once(agent, 'exit')]);
    expect(told).toMatch(/^Wardlock cannot start: .*ENOTDIR/m);
    expect(code).toBe(70);
  } finally {
    agent.kill();
    await display.stop();
  }
});
