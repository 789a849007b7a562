import { expect, test } from '@playwright/test';
import { startDemo } from '../support/demo.ts';
import { focused } from '../support/sight.ts';
import { until } from '../support/station.ts';
import { handsOn } from '../support/x11.ts';

test('the keyboard alone goes from the app to the bar, back, and to the curtain', async () => {
  const demo = await startDemo({ idleLockSeconds: 600 });
  try {
    const { agent, station } = await demo.launch({ demoKeys: false });
    const hands = handsOn(agent.display);
    const hasKeyboard = (path: string) =>
      until(`the keyboard at ${path}`, () =>
        station.app.evaluate(
          ({ BrowserWindow }, wanted) =>
            BrowserWindow.getFocusedWindow()?.webContents.getURL().endsWith(wanted) ?? false,
          path,
        ),
      );
    const comesBack = async () => {
      await station.open(demo.nurse);
      await until('the curtain to go', async () => !(await station.shown()).includes('/curtain'));
      await hasKeyboard('/chart');
    };
    await station.stepIs('waiting');
    await comesBack();
    const chart = await station.clinicalApp('/chart');
    await chart.evaluate(() => {
      const seen: string[] = [];
      Reflect.set(window, 'seen', seen);
      for (const type of ['keydown', 'keyup'] as const)
        window.addEventListener(type, ({ key }) => seen.push(key), true);
      document.querySelector('textarea')?.focus();
    });

    await hands.key('F6');
    await hasKeyboard('/bar');
    const bar = await station.bar();
    await until('the ring', async () => (await focused(bar)).isShown);
    await hands.key('shift+Tab');
    await hands.key('Return');
    await station.screenIs('curtain');

    await comesBack();
    await hands.key('F6');
    await hasKeyboard('/bar');
    await hands.key('F6');
    await hasKeyboard('/chart');
    await hands.key('a');
    const seen = () => chart.evaluate(() => Reflect.get(window, 'seen') as string[]);
    await until('what was typed', async () => (await seen()).includes('a'));
    expect(await seen()).not.toContain('F6');

    await hands.key('ctrl+F6');
    await station.screenIs('curtain');

    // A sheet has the keyboard, and gives it as well.
    await comesBack();
    await demo.keys.insert(demo.physician.id);
    await hasKeyboard('/overlay');
    await hands.key('F6');
    await hasKeyboard('/bar');
    await hands.key('F6');
    await hasKeyboard('/overlay');
    await hands.key('ctrl+F6');
    await station.screenIs('curtain');
  } finally {
    await demo.stop();
  }
});
