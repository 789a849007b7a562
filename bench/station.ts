import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { promisify } from 'node:util';
import { startDemo } from '../test/support/demo.ts';
import { launchElectron } from '../test/support/electron-app.ts';
import type { Station } from '../test/support/station.ts';
import { memoryOfTree } from './process-tree.ts';
import { GREEN, emptyApp, plainShows } from './plain-window.ts';
import { type Row, compared } from './row.ts';
import { BLACK, type Look, type Screen, now, openScreen } from '../test/support/screen.ts';
import { resolveElectron, sandboxArguments } from '../tools/electron.mjs';

/** The station in the real Electron on a display of its own, with a simulated key that answers at once. */

const RESUMES = 15;
const SWITCHES = 10;
const LOCKS = 6;
const STARTS = 5;
/** Until then Chromium keeps the pictures of the start for others that may need as much. */
const REST_MS = 25_000;
/** Short, so that the row does not take minutes: the way from the threshold to the curtain is the same. */
const IDLE_SECONDS = 8;

const run = promisify(execFile);

type Person = { readonly id: string; readonly pin: string };

const settled = () => new Promise((resolve) => setTimeout(resolve, 2_000));

/** Opens for a person: what the display looks like either way. */
async function looksOf(station: Station, screen: Screen, person: Person) {
  await station.stepIs('waiting');
  await settled();
  const curtain = screen.look();
  await station.open(person);
  await station.clinicalApp('/chart');
  await screen.when('the session', (look) => look !== curtain);
  // The app's page is white first and then drawn.
  await settled();
  return { curtain, session: screen.look() };
}

const press = async (station: Station, name: string) =>
  (await station.bar()).getByRole('button', { name, exact: true }).click();

/** From the Enter key after the PIN until the display looks so. The key answers at once. */
async function enter(
  station: Station,
  screen: Screen,
  person: Person,
  looks: (look: Look) => boolean,
): Promise<number> {
  await station.keys.insert(person.id);
  const curtain = await station.pad();
  for (const digit of person.pin) await curtain.keyboard.press(digit);
  const pressed = curtain.evaluate(
    () =>
      new Promise<number>((resolve) => {
        addEventListener(
          'keydown',
          ({ timeStamp }) => resolve(performance.timeOrigin + timeStamp),
          { capture: true, once: true },
        );
      }),
  );
  await curtain.evaluate(() => undefined);
  const [painted] = await Promise.all([
    screen.when('the session', looks),
    curtain.keyboard.press('Enter'),
  ]);
  const took = painted - (await pressed);
  await station.keys.remove();
  return took;
}

/** Until the session that was locked is on the display again. */
async function resume(station: Station, screen: Screen, person: Person, session: Look) {
  await press(station, 'Lock');
  await screen.when('the curtain', (look) => look !== session);
  return enter(station, screen, person, (look) => look === session);
}

/** Until the new session of the second is on the display; its apps load in that time. */
async function switchUser(
  station: Station,
  screen: Screen,
  [first, second]: readonly [Person, Person],
  { curtain, session }: { readonly curtain: Look; readonly session: Look },
): Promise<number> {
  await press(station, 'Switch');
  await screen.when('the curtain', (look) => look === curtain);
  const took = await enter(station, screen, second, (look) => look !== curtain);
  await press(station, 'Sign out');
  await screen.when('the curtain', (look) => look === curtain);
  await enter(station, screen, first, (look) => look === session);
  return took;
}

/** From the idle limit, counted from a real movement of the mouse, to the curtain on the display. */
async function cover(screen: Screen, curtain: Look): Promise<number> {
  await run('xdotool', ['mousemove_relative', '--', '1', '0'], {
    env: { ...process.env, DISPLAY: screen.display },
  });
  const limit = now() + IDLE_SECONDS * 1000;
  await screen.when('the session', (look) => look !== curtain);
  return (await screen.when('the curtain', (look) => look === curtain)) - limit;
}

/**
 * From the launch until its page is on the display, and the memory of the whole process tree once it rests. Nobody
 * drives it: a debugger of its page and of main would be part of both.
 */
async function startOf(
  executable: string,
  folder: string,
  env: Readonly<Record<string, string>>,
  screen: Screen,
  page: Look,
) {
  const began = now();
  const child = spawn(executable, [...sandboxArguments(), folder], {
    env: { ...process.env, ...env, DISPLAY: screen.display },
    stdio: 'ignore',
  });
  const took = (await screen.when('the page', (look) => look === page)) - began;
  await new Promise((resolve) => setTimeout(resolve, REST_MS));
  const memory = await memoryOfTree(child.pid ?? 0);
  child.kill();
  await once(child, 'exit');
  await screen.when('nothing', (look) => look === BLACK);
  return { took, memory };
}

export async function rows(): Promise<readonly Row[]> {
  const empty = await emptyApp();
  const screen = await openScreen();
  const demo = await startDemo({ idleLockSeconds: IDLE_SECONDS, idleWarningSeconds: 4 });
  try {
    const { display } = screen;
    const plain = await launchElectron(empty.folder, { display });
    const shows = await plainShows(plain.app, screen, RESUMES);
    await plain.stop();

    const { agent, station } = await demo.launch({ demoKeys: false, display });
    const { curtain, session } = await looksOf(station, screen, demo.nurse);
    await demo.keys.touchAutomatically(true);
    const resumed: number[] = [];
    for (let i = 0; i < RESUMES; i++) {
      resumed.push(await resume(station, screen, demo.nurse, session));
    }
    const switched: number[] = [];
    for (let i = 0; i < SWITCHES; i++) {
      const people = [demo.nurse, demo.physician] as const;
      switched.push(await switchUser(station, screen, people, { curtain, session }));
    }
    await demo.keys.touchAutomatically(false);
    const covered: number[] = [];
    for (let i = 0; i < LOCKS; i++) {
      covered.push(await cover(screen, curtain));
      await station.open(demo.nurse);
    }
    await agent.stop();

    const { executable } = await resolveElectron(() => undefined);
    const shipped: Record<string, string> = { ...demo.stack.agentEnvironment };
    delete shipped['WARDLOCK_DEMO_KEYS'];
    const ours = { took: [] as number[], memory: [] as number[] };
    const theirs = { took: [] as number[], memory: [] as number[] };
    for (let i = 0; i < STARTS; i++) {
      for (const [side, folder, env, page] of [
        [theirs, empty.folder, {}, GREEN],
        // What is shipped, not what can be tested.
        [ours, path.resolve(import.meta.dirname, '../out/agent'), shipped, curtain],
      ] as const) {
        const { took, memory } = await startOf(executable, folder, env, screen, page);
        side.took.push(took);
        side.memory.push(memory);
      }
    }
    return [
      compared(
        'PIN submitted to parked session painted (baseline: show a plain window)',
        'ms',
        resumed,
        shows,
      ),
      compared(
        'PIN submitted to new session of another painted, its app loaded (baseline: show a plain window)',
        'ms',
        switched,
        shows,
      ),
      compared('idle limit to curtain shown (baseline: show a plain window)', 'ms', covered, shows),
      compared(
        'launch to the page on the display (baseline: an empty window)',
        'ms',
        ours.took,
        theirs.took,
      ),
      compared(
        'memory at the curtain, process tree (baseline: an empty window)',
        'MiB',
        ours.memory,
        theirs.memory,
      ),
    ];
  } finally {
    await demo.stop();
    await screen.close();
    await empty.remove();
  }
}
