import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { startDemo } from '../test/support/demo.ts';
import { type RunningAgent, launchElectron } from '../test/support/electron-app.ts';
import { type Station, until } from '../test/support/station.ts';
import { memoryOfTree } from './process-tree.ts';
import { emptyApp, nextPaint, now, plainShows, untilHidden } from './plain-window.ts';
import { type Row, ascending, percentile, rounded } from './row.ts';

/** The station in the real Electron on a display of its own, with a simulated key that answers at once. */

const RESUMES = 15;
const LOCKS = 8;
const STARTS = 5;
/** Short, so that the row does not take minutes: the way from the threshold to the curtain is the same. */
const IDLE_SECONDS = 3;

const run = promisify(execFile);

function row(
  name: string,
  unit: string,
  samples: readonly number[],
  baseline: readonly number[],
): Row {
  const sorted = ascending(samples);
  const p50 = percentile(sorted, 0.5);
  const base = percentile(ascending(baseline), 0.5);
  return {
    name,
    unit,
    p50: rounded(p50),
    p95: rounded(percentile(sorted, 0.95)),
    baseline: rounded(base),
    ratio: rounded(p50 / base),
    n: samples.length,
  };
}

/** From the Enter key after the PIN to the second frame of the session that was parked. */
async function resume(
  station: Station,
  person: { readonly id: string; readonly pin: string },
): Promise<number> {
  const curtain = await station.curtain();
  const chart = await station.clinicalApp('/chart');
  await (await station.bar()).getByRole('button', { name: 'Lock', exact: true }).click();
  await station.screenIs('curtain');
  await untilHidden(chart);
  await station.keys.insert(person.id);
  await station.stepIs('pin');
  for (const digit of person.pin) await curtain.keyboard.press(digit);
  const painted = nextPaint(chart);
  const pressed = curtain.evaluate(
    () =>
      new Promise<number>((resolve) => {
        addEventListener(
          'keydown',
          ({ timeStamp }) => resolve(performance.timeOrigin + timeStamp),
          {
            capture: true,
            once: true,
          },
        );
      }),
  );
  await curtain.keyboard.press('Enter');
  const took = (await painted) - (await pressed);
  await station.keys.remove();
  return took;
}

/** Notes each time the curtain is shown. */
async function watchCurtain({ app }: RunningAgent): Promise<() => Promise<number[]>> {
  await app.evaluate(({ BrowserWindow }) => {
    const times: number[] = [];
    Reflect.set(globalThis, 'curtainShown', times);
    const curtain = BrowserWindow.getAllWindows().find(
      (window) => new URL(window.webContents.getURL()).pathname === '/curtain',
    );
    curtain?.on('show', () => times.push(performance.timeOrigin + performance.now()));
  });
  return () => app.evaluate(() => Reflect.get(globalThis, 'curtainShown') as number[]);
}

/** From the idle limit, counted from a real movement of the mouse, to the curtain on the display. */
async function cover(display: string, shown: () => Promise<number[]>): Promise<number> {
  const before = (await shown()).length;
  await run('xdotool', ['mousemove_relative', '--', '1', '0'], {
    env: { ...process.env, DISPLAY: display },
  });
  const limit = now() + IDLE_SECONDS * 1000;
  return (await until('the curtain', async () => (await shown())[before], 30)) - limit;
}

/** From the launch to the first drawn page, and the memory of the whole process tree once it rests. */
async function startOf(agent: RunningAgent, began: number) {
  const page = await agent.app.firstWindow();
  await page.waitForLoadState();
  await page.evaluate(
    () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
  );
  const took = now() - began;
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  const memory = await memoryOfTree(agent.app.process().pid ?? 0);
  await agent.stop();
  return { took, memory };
}

export async function rows(): Promise<readonly Row[]> {
  const empty = await emptyApp();
  const demo = await startDemo({ idleLockSeconds: IDLE_SECONDS, idleWarningSeconds: 1 });
  try {
    const plain = await launchElectron(empty.folder);
    const shows = await plainShows(plain.app, RESUMES);
    await plain.stop();

    const { agent, station } = await demo.launch({ demoKeys: false });
    await demo.keys.touchAutomatically(true);
    await station.open(demo.nurse);
    const resumed: number[] = [];
    for (let i = 0; i < RESUMES; i++) resumed.push(await resume(station, demo.nurse));
    const covered: number[] = [];
    const shown = await watchCurtain(agent);
    for (let i = 0; i < LOCKS; i++) {
      covered.push(await cover(agent.display, shown));
      await station.open(demo.nurse);
    }
    await agent.stop();

    const ours = { took: [] as number[], memory: [] as number[] };
    const theirs = { took: [] as number[], memory: [] as number[] };
    for (let i = 0; i < STARTS; i++) {
      for (const [side, launch] of [
        [theirs, () => launchElectron(empty.folder)],
        [ours, async () => (await demo.launch({ demoKeys: false })).agent],
      ] as const) {
        const began = now();
        const { took, memory } = await startOf(await launch(), began);
        side.took.push(took);
        side.memory.push(memory);
      }
    }
    return [
      row(
        'PIN submitted to parked session painted (baseline: show a plain window)',
        'ms',
        resumed,
        shows,
      ),
      row('idle limit to curtain shown (baseline: show a plain window)', 'ms', covered, shows),
      row('start to first page drawn (baseline: an empty window)', 'ms', ours.took, theirs.took),
      row(
        'memory at the curtain, process tree (baseline: an empty window)',
        'MiB',
        ours.memory,
        theirs.memory,
      ),
    ];
  } finally {
    await demo.stop();
    await empty.remove();
  }
}
