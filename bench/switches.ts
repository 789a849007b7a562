import { startDemo } from '../test/support/demo.ts';
import { type DemoPerson, type Station, until } from '../test/support/station.ts';
import { startDisplay } from '../tools/display.mjs';
import { memoryOfTree } from './process-tree.ts';

/** Before the first reading: caches fill, and code is compiled, with the first rounds. */
const WARM_UP = 20;

async function enter(station: Station, { id, pin }: DemoPerson): Promise<void> {
  await station.keys.insert(id);
  await station.stepIs('pin');
  const { keyboard } = await station.curtain();
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
 * Two people at one station in the real Electron, who take turns (`Switch`) or begin anew each time
 * (`Sign out`). Memory of the whole process tree in MiB, after the warm-up and after `rounds` more.
 */
export async function takeTurns(
  button: 'Switch' | 'Sign out',
  rounds: number,
): Promise<{ readonly before: number; readonly after: number }> {
  const display = await startDisplay();
  const demo = await startDemo({ idleLockSeconds: 900 });
  try {
    const { agent, station } = await demo.launch({ demoKeys: false, display: display.name });
    await station.stepIs('waiting');
    await demo.keys.touchAutomatically(true);
    const people = [demo.nurse, demo.physician];
    const memory = async () => {
      // Garbage goes when there is nothing else to do.
      await new Promise((resolve) => setTimeout(resolve, 10_000));
      return memoryOfTree(agent.app.process().pid ?? 0);
    };
    const turn = async (times: number) => {
      for (let n = 0; n < times; n++) {
        for (const person of people) {
          await enter(station, person);
          await leave(station, button);
        }
      }
    };
    await turn(WARM_UP / people.length);
    const before = await memory();
    await turn(rounds / people.length);
    return { before, after: await memory() };
  } finally {
    await demo.stop();
    await display.stop();
  }
}
