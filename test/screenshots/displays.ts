import path from 'node:path';
import { startDemo } from '../support/demo.ts';
import { startDisplays } from '../support/displays.ts';
import { until } from '../support/station.ts';

const desk = { x: 0, y: 0, width: 1366, height: 768 };
const wall = { x: 1366, y: 0, width: 1024, height: 768 };

/** Both displays in one picture: plugged in while locked, during a session, and pulled during it. */
export async function takeDisplayPictures(folder: string): Promise<number> {
  const displays = await startDisplays([desk]);
  const demo = await startDemo();
  let taken = 0;
  const take = async (name: string) => {
    // Windows have been drawn a few frames after they were shown.
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await displays.screenshot(path.join(folder, `displays-${name}.png`));
    taken++;
  };
  try {
    const { station } = await demo.launch({ demoKeys: false, display: displays.name });
    await station.stepIs('waiting');
    displays.plug([desk, wall]);
    const curtains = async () =>
      (await station.shown()).filter((shown) => shown === '/curtain').length;
    await until('the second curtain', async () => (await curtains()) === 2);
    await take('locked');
    await station.open(demo.nurse);
    await until('the session', async () => (await station.shown()).includes('/chart'));
    await take('session');
    displays.plug([desk]);
    await station.screenIs('curtain');
    await take('pulled');
    return taken;
  } finally {
    await demo.stop();
    await displays.stop();
  }
}
