import { spawn } from 'node:child_process';
import { expect, test } from '@playwright/test';
import { startDisplay } from '../../tools/display.mjs';
import { endingWithUs } from '../../tools/service.mjs';
import { startDemo } from '../support/demo.ts';
import { until } from '../support/station.ts';
import { handsOn, startOpenbox } from '../support/x11.ts';

test('another program’s window neither comes over the curtain nor gets what is typed there', async () => {
  const display = await startDisplay();
  const env = { ...process.env, DISPLAY: display.name };
  const manager = await startOpenbox(display.name);
  const demo = await startDemo();
  const hands = handsOn(display.name);
  try {
    const { station } = await demo.launch({ demoKeys: false, display: display.name });
    await station.stepIs('waiting');
    await demo.keys.insert(demo.nurse.id);
    await station.pad();

    const lost = station.app.evaluate(
      ({ BrowserWindow }) =>
        new Promise<void>((resolve) => {
          BrowserWindow.getFocusedWindow()?.once('blur', () => resolve());
        }),
    );
    // The question is in main before the other program is.
    await station.app.evaluate(() => undefined);
    const intruder = spawn(...endingWithUs('xmessage', ['-center', 'Type your PIN here']), {
      env,
      stdio: 'ignore',
    });
    const found = () =>
      hands.xdotool('search', '--name', '^xmessage$').then(
        (ids) => ids !== '',
        () => false,
      );
    await until('the other window', found);
    await lost;
    await until('the focus at the curtain', () =>
      station.app.evaluate(
        ({ BrowserWindow }) =>
          BrowserWindow.getFocusedWindow()?.webContents.getURL().endsWith('/curtain') ?? false,
      ),
    );
    for (const digit of demo.nurse.pin) await hands.key(digit);
    await hands.key('Return');
    await until('the touch', async () => (await demo.keys.state()).waitingForTouch);
    expect(await found()).toBe(true);
    const [top] = await hands.windows();
    expect(top?.width).toBeGreaterThanOrEqual(1920);
    await demo.keys.touch();
    await station.screenIs('session');
    intruder.kill();
  } finally {
    await demo.stop();
    manager.stop();
    await display.stop();
  }
});
