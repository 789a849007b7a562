import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { resolveElectron, sandboxArguments } from '../../tools/electron.mjs';
import { startDemo } from '../support/demo.ts';
import { until } from '../support/station.ts';

const run = promisify(execFile);
const bundle = path.resolve(import.meta.dirname, '../../out/agent-dev');

/** Input by the operating system's own way: only that resets its idle clock. */
test('the idle clock of the system warns, is reset by any input, and closes the curtain', async () => {
  const demo = await startDemo({ idleLockSeconds: 20, idleWarningSeconds: 15 });
  try {
    const { agent, station } = await demo.launch();
    const move = () =>
      run('xdotool', ['mousemove_relative', '--', '3', '3'], {
        env: { ...process.env, DISPLAY: agent.display },
      });
    await station.stepIs('waiting');
    await station.open(demo.nurse);
    await until('the warning', async () => (await station.shown()).includes('/overlay'));
    await station.sessionIsCovered();
    await move();
    await until('the session again', async () => !(await station.shown()).includes('/overlay'));
    expect((await station.view()).screen.kind).toBe('session');

    await station.screenIs('curtain');
    expect((await station.shown()).filter((path) => path !== '/')).toEqual(['/curtain']);
    const locked = await until('the lock at the server', async () =>
      (await demo.allEvents()).find(({ event }) => event.type === 'session.locked'),
    );
    expect(locked.event.detail).toEqual({ cause: 'idle' });
  } finally {
    await demo.stop();
  }
});

test('a second agent on the same data leaves at once; the first goes on', async () => {
  const demo = await startDemo();
  try {
    const { agent, station } = await demo.launch();
    await station.stepIs('waiting');
    const { executable } = await resolveElectron(() => undefined);
    const second = spawn(executable, [bundle, ...sandboxArguments()], {
      env: { ...process.env, ...demo.stack.agentEnvironment, DISPLAY: agent.display },
      stdio: 'ignore',
    });
    try {
      expect(await once(second, 'exit')).toEqual([0, null]);
    } finally {
      second.kill('SIGKILL');
    }
    await station.stepIs('waiting');
  } finally {
    await demo.stop();
  }
});
