import { type ElectronApplication, expect, test } from '@playwright/test';
import type { StationView } from '../../preload/contract.ts';
import { startDemo } from '../support/demo.ts';
import { startLogind } from '../support/logind.ts';
import { until } from '../support/station.ts';

/**
 * Chromium ends Playwright's way to the pages when the computer goes to sleep; the way through the main
 * process stays.
 */
function throughMain(app: ElectronApplication) {
  const run = <T>(path: string, code: string): Promise<T> =>
    app.evaluate(
      ({ BrowserWindow }, [where, what]) =>
        BrowserWindow.getAllWindows()
          .find((window) => new URL(window.webContents.getURL()).pathname === where)
          ?.webContents.executeJavaScript(what) as Promise<T>,
      [path, code] as const,
    );
  const step = (kind: string) =>
    until(`the curtain's step ${kind}`, async () => {
      const { screen } = await run<StationView>('/curtain', 'station.view()');
      return screen.kind === 'curtain' ? screen.step.kind === kind : screen.kind === kind;
    });
  return {
    run,
    step,
    type: (keys: readonly string[]) =>
      app.evaluate(({ BrowserWindow }, strokes) => {
        const curtain = BrowserWindow.getAllWindows().find((window) =>
          window.webContents.getURL().endsWith('/curtain'),
        );
        for (const keyCode of strokes) {
          curtain?.webContents.sendInputEvent({ type: 'keyDown', keyCode });
          curtain?.webContents.sendInputEvent({ type: 'keyUp', keyCode });
        }
      }, keys),
  };
}

test('the computer goes to sleep: locked before, locked after, and nothing is lost', async () => {
  const logind = await startLogind();
  const demo = await startDemo({ idleLockSeconds: 600 });
  try {
    const { station } = await demo.launch({ demoKeys: false, env: logind.env });
    await station.stepIs('waiting');
    await station.open(demo.nurse);
    const note = (await station.clinicalApp('/chart')).locator('textarea').first();
    await note.fill('half a sentence');

    const { run, step, type } = throughMain(station.app);
    await logind.prepareForSleep(true);
    await step('waiting');
    expect(await station.shown()).toEqual(['/curtain']);
    await logind.prepareForSleep(false);
    await step('waiting');

    await demo.keys.touchAutomatically(true);
    await demo.keys.insert(demo.nurse.id);
    await step('pin');
    await type([...demo.nurse.pin, 'Enter']);
    await step('session');
    expect(await run('/chart', "document.querySelector('textarea').value")).toBe('half a sentence');
    const told = await until('the events', async () => {
      const stored = (await demo.allEvents()).filter(({ event }) =>
        event.type.startsWith('session.'),
      );
      return stored.at(-1)?.event.type === 'session.resumed' ? stored : undefined;
    });
    expect(told.map(({ event }) => [event.type, event.detail['cause']])).toEqual([
      ['session.opened', undefined],
      ['session.locked', 'suspend'],
      ['session.resumed', undefined],
    ]);
  } finally {
    await demo.stop();
    await logind.stop();
  }
});
