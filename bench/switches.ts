import { startDemo } from '../test/support/demo.ts';
import type { RunningAgent } from '../test/support/electron-app.ts';
import { type DemoPerson, type Station, until } from '../test/support/station.ts';
import { startDisplay } from '../tools/display.mjs';
import { allocatedByType } from './process-tree.ts';

/** Before the first reading: caches fill, and code is compiled, with the first rounds. */
const WARM_UP = 20;

async function enter(station: Station, { id, pin }: DemoPerson): Promise<void> {
  await station.keys.insert(id);
  const { keyboard } = await station.pad();
  for (const digit of pin) await keyboard.press(digit);
  await keyboard.press('Enter');
  await station.screenIs('session');
  await station.keys.remove();
}

async function leave(station: Station, button: 'Switch' | 'Sign out'): Promise<void> {
  await until('the session in sight', async () => !(await station.shown()).includes('/curtain'));
  await (await station.bar()).getByRole('button', { name: button, exact: true }).click();
  await station.screenIs('curtain');
}

/**
 * What the agent keeps, by process: an engine that is short of nothing lets its garbage lie for a minute and more, so it
 * is collected first, in every page and in main. The key process cannot be asked to; its garbage counts.
 */
async function kept({ app }: RunningAgent): Promise<ReadonlyMap<string, number>> {
  for (let time = 0; time < 2; time++) {
    for (const page of app.windows()) await page.requestGC();
    await app.evaluate(() => {
      const { mainModule } = process;
      mainModule?.require('node:v8').setFlagsFromString('--expose-gc');
      mainModule?.require('node:vm').runInNewContext('gc')();
    });
    // What was released goes back to the system a little later.
    await new Promise((resolve) => setTimeout(resolve, 5_000));
  }
  return allocatedByType(app.process().pid ?? 0);
}

/**
 * Two people at one station in the real Electron, who take turns (`Switch`) or begin anew each time
 * (`Sign out`). What it has allocated and keeps, in MiB by process, after the warm-up and after `rounds` more.
 */
export async function takeTurns(
  button: 'Switch' | 'Sign out',
  rounds: number,
): Promise<{
  readonly before: ReadonlyMap<string, number>;
  readonly after: ReadonlyMap<string, number>;
}> {
  const display = await startDisplay();
  const demo = await startDemo({ idleLockSeconds: 900 });
  try {
    const { agent, station } = await demo.launch({ demoKeys: false, display: display.name });
    await station.stepIs('waiting');
    await demo.keys.touchAutomatically(true);
    const people = [demo.nurse, demo.physician];
    const turn = async (times: number) => {
      for (let n = 0; n < times; n++) {
        for (const person of people) {
          await enter(station, person);
          await leave(station, button);
        }
      }
    };
    await turn(WARM_UP / people.length);
    const before = await kept(agent);
    await turn(rounds / people.length);
    return { before, after: await kept(agent) };
  } finally {
    await demo.stop();
    await display.stop();
  }
}
