import { expect, test } from '@playwright/test';
import type { Page } from '@playwright/test';
import { type Demo, startDemo } from '../support/demo.ts';
import { type Station, until } from '../support/station.ts';
import { handsOn } from '../support/x11.ts';

/** The clinical apps of a session: which of them run, which is seen, and that they stay what they were. */
test.describe.configure({ mode: 'serial' });

let demo: Demo;
let station: Station;
let hands: ReturnType<typeof handsOn>;
let chart: Page;

test.beforeAll(async () => {
  demo = await startDemo({ idleLockSeconds: 600 });
  const launched = await demo.launch({ demoKeys: false });
  ({ station } = launched);
  hands = handsOn(launched.agent.display);
  await station.stepIs('waiting');
  await station.open(demo.nurse);
  chart = await station.clinicalApp('/chart');
});
test.afterAll(() => demo.stop());

const press = async (name: string) =>
  (await station.bar()).getByRole('button', { name, exact: true }).click();
const pick = async (name: string) => {
  await press(name);
  const path = `/${name.toLowerCase()}`;
  await until(`${name} in front`, async () => (await station.shown()).includes(path));
};

/** What Electron says of each app window, by path. */
const windows = () =>
  station.app.evaluate(({ BrowserWindow }) =>
    Object.fromEntries(
      BrowserWindow.getAllWindows()
        .filter((window) => window.webContents.getURL().startsWith('http://127.0.0.1'))
        .map((window) => [
          new URL(window.webContents.getURL()).pathname,
          {
            visible: window.isVisible(),
            muted: window.webContents.isAudioMuted(),
            throttled: window.webContents.getBackgroundThrottling(),
          },
        ]),
    ),
  );

/** Marks the document and fills it, as a member at work does. */
const work = () =>
  chart.evaluate(() => {
    const note = document.querySelector('textarea');
    if (!note) throw new Error('the chart has no note');
    note.value = 'half a sentence';
    const spacer = document.createElement('div');
    spacer.style.height = '9000px';
    document.body.append(spacer);
    scrollTo(0, 1234);
    const marks = window as unknown as { mark: object; ticks: number };
    marks.mark = { made: true };
    marks.ticks = 0;
    setInterval(() => marks.ticks++, 100);
  });
const found = () =>
  chart.evaluate(() => {
    const { mark, ticks } = window as unknown as { mark?: { made: boolean }; ticks: number };
    return {
      note: document.querySelector('textarea')?.value,
      scroll: scrollY,
      made: mark?.made,
      ticks,
    };
  });
async function goesOn(): Promise<void> {
  const { ticks, ...rest } = await found();
  expect(rest).toEqual({ note: 'half a sentence', scroll: 1234, made: true });
  await until('the timer to go on', async () => (await found()).ticks > ticks);
}

test('the first app and those that start automatically run; the first is seen', async () => {
  await station.clinicalApp('/medication');
  await until('the curtain to go', async () => !(await station.shown()).includes('/curtain'));
  expect(await windows()).toEqual({
    '/chart': { visible: true, muted: false, throttled: true },
    '/medication': { visible: false, muted: true, throttled: true },
  });
});

test('an app that waits starts when it is selected, and each start is an event', async () => {
  await pick('Labs');
  expect(await windows()).toEqual({
    '/chart': { visible: false, muted: true, throttled: true },
    '/medication': { visible: false, muted: true, throttled: true },
    '/labs': { visible: true, muted: false, throttled: true },
  });
  const opened = await until('the events', async () => {
    const all = (await demo.allEvents()).filter(({ event }) => event.type === 'app.opened');
    return all.length === 3 ? all : undefined;
  });
  expect(opened.map(({ event }) => event.detail)).toEqual([
    { app: 'chart' },
    { app: 'medication' },
    { app: 'labs' },
  ]);
  for (const { event } of opened) expect(event.member).toBe(demo.nurse.id);
  await pick('Chart');
});

test('whoever touches the tab that is in front goes on typing in its page', async () => {
  await pick('Chart');
  const focused = () =>
    station.app.evaluate(({ BrowserWindow }) => {
      const url = BrowserWindow.getFocusedWindow()?.webContents.getURL();
      return url && new URL(url).pathname;
    });
  await station.app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()
      .find(({ webContents }) => webContents.getURL().endsWith('/bar'))
      ?.focus(),
  );
  await until('the bar to have the keyboard', async () => (await focused()) === '/bar');
  await press('Chart');
  await until('the chart to have it', async () => (await focused()) === '/chart');
});

test('form, scroll position and timers stay through switch of app, lock, park and resume', async () => {
  await work();
  await pick('Labs');
  await goesOn();
  await pick('Chart');
  await goesOn();

  await press('Lock');
  await station.screenIs('curtain');
  await goesOn();
  await station.open(demo.nurse);
  await goesOn();

  await press('Switch');
  await station.screenIs('curtain');
  await station.open(demo.physician);
  await goesOn();
  await press('Sign out');
  await station.screenIs('curtain');
  await station.open(demo.nurse);
  await until('the chart', async () => (await station.shown()).includes('/chart'));
  await goesOn();
});

test('a hidden app is silent, notifies nobody and cannot come forward', async () => {
  await press('Lock');
  await station.screenIs('curtain');
  for (const [path, state] of Object.entries(await windows())) {
    expect([path, state]).toEqual([path, { visible: false, muted: true, throttled: true }]);
  }
  const tried = await chart.evaluate(async () => {
    focus();
    const made = new Notification('Lopez, Maria');
    const shown = await new Promise<string>((resolve) => {
      made.addEventListener('show', () => resolve('shown'));
      made.addEventListener('error', () => resolve('refused'));
    });
    return { shown, permission: await Notification.requestPermission() };
  });
  expect(tried).toEqual({ shown: 'refused', permission: 'denied' });
  expect((await station.shown()).filter((path) => path !== '/')).toEqual(['/curtain']);
  await station.open(demo.nurse);
});

test('an app cannot leave its place and uncover what is behind it', async () => {
  const bounds = () =>
    station.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()
        .find((window) => window.webContents.getURL().endsWith('/chart'))
        ?.getBounds(),
    );
  const before = await bounds();
  await chart.evaluate(() => {
    moveTo(400, 400);
    resizeTo(200, 200);
    moveBy(50, 50);
  });
  // Both go through main before the answer to a question that was asked later.
  await chart.evaluate(() => undefined);
  await station.view();
  expect(await bounds()).toEqual(before);
});

test('an app that closes itself leaves no hole, and comes back when it is selected', async () => {
  await until('the chart', async () => (await station.shown()).includes('/chart'));
  const behind = station.app.evaluate(
    ({ BrowserWindow }) =>
      new Promise<number>((resolve) => {
        const work = BrowserWindow.getAllWindows().find((window) =>
          window.webContents.getURL().endsWith('/chart'),
        );
        const place = JSON.stringify(work?.getBounds());
        work?.once('closed', () =>
          resolve(
            BrowserWindow.getAllWindows().filter(
              (window) => window.isVisible() && JSON.stringify(window.getBounds()) === place,
            ).length,
          ),
        );
      }),
  );
  await chart.evaluate(() => close()).catch(() => undefined);
  expect(await behind).toBe(1);
  await press('Chart');
  chart = await station.clinicalApp('/chart');
  await until('the chart again', async () => (await station.shown()).includes('/chart'));
});

test('an app that ends itself while a sheet is up comes up below it, and takes no key', async () => {
  const { keys, physician } = demo;
  await until('the chart', async () => (await station.shown()).includes('/chart'));
  await keys.insert(physician.id);
  await until('the sheet', async () => (await station.shown()).includes('/overlay'));
  const above = () =>
    station.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getFocusedWindow()?.webContents.getURL(),
    );
  await until('the sheet to have the keyboard', async () => (await above())?.endsWith('/overlay'));
  const gone = station.app.evaluate(
    ({ BrowserWindow }) =>
      new Promise<void>((resolve) => {
        BrowserWindow.getAllWindows()
          .find((window) => window.webContents.getURL().endsWith('/chart'))
          ?.once('closed', () => resolve());
      }),
  );
  await station.view();
  await chart.evaluate(() => close()).catch(() => undefined);
  await gone;
  // The display's own order, the top-most first, and what it says of the focus.
  const sheet = async () => (await (await station.overlay()).title()) || 'Wardlock';
  await until('the sheet on top', async () => {
    const [top, next] = await hands.windows();
    const names = [top, next].map((window) => window?.name);
    return names.every((name) => name === names[0]) && names[0] === (await sheet());
  });
  expect(await above()).toMatch(/\/overlay$/);
  await (await station.overlay()).getByRole('button', { name: 'Stay' }).click();
  await keys.remove();
  await press('Chart');
  chart = await station.clinicalApp('/chart');
});

test('an app whose renderer is killed leaves its window, and comes back when it is selected', async () => {
  await station.app.evaluate(({ BrowserWindow }) => {
    const work = BrowserWindow.getAllWindows().find((window) =>
      window.webContents.getURL().endsWith('/chart'),
    );
    if (work) process.kill(work.webContents.getOSProcessId(), 'SIGKILL');
  });
  await until('the crash at the server', async () =>
    (await demo.allEvents()).filter(({ event }) => event.type === 'app.crashed').at(1),
  );
  expect(await station.shown()).toEqual(expect.arrayContaining(['/bar', '/chart']));
  await expect((await station.bar()).getByRole('status')).toHaveText(
    'This app does not answer. Touching its tab starts it again, without what was not saved.',
  );
  await press('Chart');
  await until('the chart to run again', () =>
    station.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().some(
        (window) =>
          window.webContents.getURL().endsWith('/chart') &&
          window.isVisible() &&
          !window.webContents.isCrashed(),
      ),
    ),
  );
  expect((await station.view()).screen.kind).toBe('session');
});
