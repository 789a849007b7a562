import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { BAR_HEIGHT } from '../../main/windows/bar-height.ts';
import { startDemo } from '../support/demo.ts';
import { until } from '../support/station.ts';

test('a session without apps shows no desktop, and says what to do', async () => {
  const demo = await startDemo({ idleLockSeconds: 600 });
  try {
    const none = path.join(demo.data, 'none.json');
    await writeFile(none, '[]');
    await demo.server('admin', 'group', 'apps', 'ICU North', '--file', none);
    const { station } = await demo.launch({ demoKeys: false });
    const covers = () =>
      station.app.evaluate(({ BrowserWindow }, top) => {
        const work = { x: 0, y: top, width: 1920, height: 1080 - top };
        return BrowserWindow.getAllWindows().some(
          (window) =>
            window.isVisible() && JSON.stringify(window.getBounds()) === JSON.stringify(work),
        );
      }, BAR_HEIGHT);
    await station.stepIs('waiting');
    // Once, and again after a sheet has come and gone.
    await station.open(demo.nurse);
    await until('the curtain to go', async () => !(await station.shown()).includes('/curtain'));
    expect(await covers()).toBe(true);
    const overlay = await station.overlay();
    await expect(overlay.getByRole('heading')).toHaveText('No apps are set up for this station');
    await demo.keys.insert(demo.physician.id);
    await overlay.getByRole('button', { name: 'Stay' }).click();
    await expect(overlay.getByRole('heading')).toHaveText('No apps are set up for this station');
    expect(await covers()).toBe(true);
    await (await station.bar()).getByRole('button', { name: 'Sign out' }).click();
    await station.screenIs('curtain');
    expect((await station.shown()).filter((name) => name !== '/')).toEqual(['/curtain']);
  } finally {
    await demo.stop();
  }
});
