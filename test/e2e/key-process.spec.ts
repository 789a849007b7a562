import { type ElectronApplication, expect, test } from '@playwright/test';
import { startDemo } from '../support/demo.ts';
import { until } from '../support/station.ts';

/** Sends a signal to the key process, which Electron runs; answers with its pid. */
const signal = (app: ElectronApplication, name: 'SIGKILL' | 'SIGSTOP') =>
  app.evaluate(({ app: agent }, wanted) => {
    const key = agent.getAppMetrics().find(({ name }) => name === 'wardlock-keys');
    if (!key) throw new Error('no key process');
    process.kill(key.pid, wanted);
    return key.pid;
  }, name);
const pidOf = (app: ElectronApplication) =>
  app.evaluate(
    ({ app: agent }) => agent.getAppMetrics().find(({ name }) => name === 'wardlock-keys')?.pid,
  );

test('the key process is killed mid-PIN, killed in a session, and hangs: locked, and good again', async () => {
  test.setTimeout(240_000);
  const demo = await startDemo();
  const { nurse } = demo;
  try {
    const { agent, station } = await demo.launch();
    const restarted = (old: number) =>
      until('another key process', async () => {
        const pid = await pidOf(agent.app);
        return pid !== undefined && pid !== old;
      });
    const noticeIs = (notice: string) =>
      until(`the notice ${notice}`, async () =>
        JSON.stringify((await station.view()).screen).includes(`"${notice}"`),
      );

    await station.stepIs('waiting');
    await demo.keys.insert(nurse.id);
    await station.stepIs('pin');
    const first = await signal(agent.app, 'SIGKILL');
    await noticeIs('key-process-crashed');
    await restarted(first);
    await demo.keys.remove();
    await station.open(nurse);

    const second = await signal(agent.app, 'SIGKILL');
    await station.screenIs('curtain');
    await restarted(second);
    await station.open(nurse);

    const third = await signal(agent.app, 'SIGSTOP');
    await until('the curtain', async () => (await station.view()).screen.kind === 'curtain', 60);
    await restarted(third);
    await station.open(nurse);
    expect((await demo.keys.state()).waitingForTouch).toBe(false);
  } finally {
    await demo.stop();
  }
});
