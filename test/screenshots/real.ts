import path from 'node:path';
import type { Browser } from '@playwright/test';
import { startDemo } from '../support/demo.ts';
import { until } from '../support/station.ts';

/** Pictures of the real parts at work: the station in Electron, and the console of the server behind it. */
export async function takeRealPictures(folder: string, browser: Browser): Promise<number> {
  const demo = await startDemo({ idleLockSeconds: 30, idleWarningSeconds: 20, helpPhone: '4357' });
  let taken = 0;
  try {
    const { agent, station } = await demo.launch({ demoKeys: false });
    const take = async (name: string) => {
      // Windows have been drawn a few frames after they were shown.
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      await agent.screenshot(path.join(folder, `station-${name}.png`));
      taken++;
    };
    await station.stepIs('waiting');
    await take('curtain');
    await demo.keys.insert(demo.nurse.id);
    await station.stepIs('pin');
    await take('pin');
    await demo.keys.remove();
    await station.stepIs('waiting');
    await station.open(demo.nurse);
    const chart = await station.clinicalApp('/chart');
    await chart
      .getByRole('textbox', { name: 'Nursing note' })
      .fill('Weaned noradrenaline to 0.08. Skin warm. Daughter visited, asked about');
    await take('session');

    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
    await page.goto(demo.stack.consoleUrl());
    await page.getByRole('row', { name: /signed in/ }).waitFor();
    await page.screenshot({ path: path.join(folder, 'console-overview.png') });
    taken++;

    await until('the idle warning', async () => (await station.shown()).includes('/overlay'), 60);
    await take('idle-warning');
    await station.screenIs('curtain');
    await take('locked');
    await station.open(demo.physician);
    await demo.keys.insert(demo.nurse.id);
    await until('the sheet', async () => (await station.shown()).includes('/overlay'));
    await take('key-sheet');
    return taken;
  } finally {
    await demo.stop();
  }
}
