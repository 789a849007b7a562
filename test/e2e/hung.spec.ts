import { expect, test } from '@playwright/test';
import { type Demo, startDemo } from '../support/demo.ts';
import { type Station, until } from '../support/station.ts';
import { throughMain } from '../support/through-main.ts';

/** A renderer that is killed or never answers again: nothing is uncovered by it, and the station goes on. */
test.describe.configure({ mode: 'serial' });
let demo: Demo;
let station: Station;

test.beforeAll(async () => {
  demo = await startDemo({ idleLockSeconds: 600 });
  ({ station } = await demo.launch({ demoKeys: false }));
  await station.stepIs('waiting');
});
test.afterAll(() => demo.stop());

/** By the way of main: Playwright waits for pages that do not answer. */
const kill = (path: string) =>
  station.app.evaluate(({ BrowserWindow }, where) => {
    const window = BrowserWindow.getAllWindows().find((one) =>
      one.webContents.getURL().endsWith(where),
    );
    if (!window) throw new Error(`there is no ${where}`);
    process.kill(window.webContents.getOSProcessId(), 'SIGKILL');
  }, path);
const hang = (path: string) =>
  station.app.evaluate(({ BrowserWindow }, where) => {
    const window = BrowserWindow.getAllWindows().find((one) =>
      one.webContents.getURL().endsWith(where),
    );
    if (!window) throw new Error(`there is no ${where}`);
    window.webContents.executeJavaScript('for (;;);').catch(() => undefined);
  }, path);
const press = async (name: string) =>
  (await station.bar()).getByRole('button', { name, exact: true }).click();
const covered = async () =>
  expect((await station.shown()).filter((path) => path !== '/' && path !== 'blank')).toEqual([
    '/curtain',
  ]);
const seen = () => until('the session', async () => !(await station.shown()).includes('/curtain'));
const causes = async () =>
  (await demo.allEvents())
    .filter(({ event }) => event.type === 'session.locked')
    .map(({ event }) => event.detail['cause']);

/** Every window that was on screen at any moment meanwhile, sampled in main. */
async function shownWhile(happens: () => Promise<void>): Promise<readonly string[]> {
  await station.app.evaluate(({ BrowserWindow }) => {
    const seenPaths = new Set<string>();
    const timer = setInterval(() => {
      for (const window of BrowserWindow.getAllWindows()) {
        const url = window.webContents.getURL();
        if (window.isVisible() && url !== '') seenPaths.add(new URL(url).pathname);
      }
    }, 5);
    Reflect.set(globalThis, '__samples', { seenPaths, timer });
  });
  await happens();
  return station.app.evaluate(() => {
    const { seenPaths, timer } = Reflect.get(globalThis, '__samples') as {
      seenPaths: Set<string>;
      timer: NodeJS.Timeout;
    };
    clearInterval(timer);
    return [...seenPaths].filter((path) => path !== '/');
  });
}

for (const path of ['/bar', '/overlay']) {
  test(`a killed ${path} locks, and the next session has a new one`, async () => {
    await station.open(demo.nurse);
    await seen();
    const locks = (await causes()).length;
    await kill(path);
    await station.screenIs('curtain');
    await covered();
    const told = await until('the reason at the server', async () => {
      const all = await causes();
      return all.length > locks && all;
    });
    expect(told.slice(locks)).toEqual(['fault']);
  });
}

test('an app that never answers again keeps nobody from locking, resuming and the other apps', async () => {
  await station.open(demo.nurse);
  await seen();
  await hang('/chart');
  await press('Lock');
  await station.screenIs('curtain');
  await covered();
  await station.open(demo.nurse);
  await seen();
  expect(await station.shown()).toEqual(expect.arrayContaining(['/bar', '/chart']));
  await press('Labs');
  await until('the labs', async () => (await station.shown()).includes('/labs'));
  expect(await station.shown()).not.toContain('/chart');
  await press('Lock');
  await station.screenIs('curtain');
});

test('an app that never answers again says so; its tab shows it, and touched once more brings it back', async () => {
  await station.open(demo.nurse);
  await seen();
  await press('Medication');
  await until('the medication', async () => (await station.shown()).includes('/medication'));
  await hang('/medication');
  await expect((await station.bar()).getByRole('status')).toHaveText(
    'This app does not answer. Touching its tab starts it again, without what was not saved.',
    { timeout: 30_000 },
  );
  await press('Labs');
  await until('the labs', async () => (await station.shown()).includes('/labs'));
  const crashes = async () =>
    (await demo.allEvents()).filter(({ event }) => event.type === 'app.crashed');
  await press('Medication');
  await until('the medication', async () => (await station.shown()).includes('/medication'));
  // Whoever only looks whether it has come back ends nothing.
  await expect((await station.bar()).getByRole('status')).toContainText('does not answer');
  expect(await crashes()).toEqual([]);
  await press('Medication');
  const answers = () =>
    station.app.evaluate(async ({ BrowserWindow }) => {
      const window = BrowserWindow.getAllWindows().find(
        ({ webContents }) =>
          webContents.getURL().endsWith('/medication') && !webContents.isCrashed(),
      );
      const never = new Promise<boolean>((resolve) => void setTimeout(resolve, 500, false));
      const said = window?.webContents.executeJavaScript('true') as Promise<boolean> | undefined;
      return Promise.race([said ?? false, never]);
    });
  await until('a page that answers', answers);
  const crashed = await until('the end of the old one at the server', async () =>
    (await crashes()).at(0),
  );
  expect(crashed.event.detail).toEqual({ app: 'medication' });
  await press('Lock');
  await station.screenIs('curtain');
});

test('a bar that never answers again keeps nobody from locking', async () => {
  await station.open(demo.nurse);
  await seen();
  await hang('/bar');
  await (
    await station.curtain()
  ).evaluate(() => (Reflect.get(window, 'station') as { lock(): Promise<void> }).lock());
  await station.screenIs('curtain');
  await covered();
});

test('a curtain that never answers again, and then is killed, covers all the time', async () => {
  const { stepIs, type, open } = throughMain(station.app, demo.keys);
  const shown = await shownWhile(async () => {
    await hang('/curtain');
    await type(['Tab', '1', 'Enter', 'Escape']);
    await kill('/curtain');
    await stepIs('waiting', 60);
  });
  expect(shown).toEqual(['/curtain']);
  // The bar still hangs: it is made anew for the next session, which is locked until then.
  await open(demo.nurse);
});
