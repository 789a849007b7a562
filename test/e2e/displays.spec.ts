import { expect, test } from '@playwright/test';
import type { StationApi } from '../../preload/contract.ts';
import { type Demo, startDemo } from '../support/demo.ts';
import { type Displays, startDisplays } from '../support/displays.ts';
import { type Station, until } from '../support/station.ts';
import { handsOn } from '../support/x11.ts';

const desk = { x: 0, y: 0, width: 1280, height: 800 };
const wall = { x: 1280, y: 0, width: 1024, height: 768 };

/** An X server whose displays come and go. */
test.describe.configure({ mode: 'serial' });
let displays: Displays;
let demo: Demo;
let station: Station;

test.beforeAll(async () => {
  displays = await startDisplays([desk]);
  demo = await startDemo({ idleLockSeconds: 600 });
  ({ station } = await demo.launch({ demoKeys: false, display: displays.name }));
  await station.stepIs('waiting');
});
test.afterAll(async () => {
  await demo.stop();
  await displays.stop();
});

/** For each display its width, and whether a curtain that is seen covers all of it. */
const curtains = () =>
  station.app.evaluate(({ BrowserWindow, screen }) =>
    screen.getAllDisplays().map(({ bounds }) => ({
      width: bounds.width,
      isCovered: BrowserWindow.getAllWindows().some((window) => {
        const { x, y, width, height } = window.getBounds();
        return (
          window.isVisible() &&
          window.isAlwaysOnTop() &&
          x === bounds.x &&
          y === bounds.y &&
          width >= bounds.width &&
          height >= bounds.height
        );
      }),
    })),
  );

/** Where the windows are that are seen. */
const places = () =>
  station.app.evaluate(({ BrowserWindow }) =>
    Object.fromEntries(
      BrowserWindow.getAllWindows()
        .filter((window) => window.isVisible())
        .map((window) => [new URL(window.webContents.getURL()).pathname, window.getBounds()]),
    ),
  );

/** The same, taken in the very turn in which Electron tells of the change, after the agent's listener. */
const curtainsWhenTold = (event: 'display-added' | 'display-removed' | 'display-metrics-changed') =>
  station.app.evaluate(
    ({ BrowserWindow, screen }, name) =>
      new Promise<boolean[]>((resolve) => {
        screen.once(name as 'display-added', () =>
          resolve(
            screen.getAllDisplays().map(({ bounds }) =>
              BrowserWindow.getAllWindows().some((window) => {
                const { x, y, width } = window.getBounds();
                return (
                  window.isVisible() &&
                  window.isAlwaysOnTop() &&
                  x === bounds.x &&
                  y === bounds.y &&
                  width >= bounds.width
                );
              }),
            ),
          ),
        );
      }),
    event,
  );

const locks = async () =>
  (await demo.allEvents())
    .filter(({ event }) => event.type === 'session.locked')
    .map(({ event }) => event.detail['cause']);

test('a second display that is plugged in while locked is covered in the same turn', async () => {
  expect(await curtains()).toEqual([{ width: 1280, isCovered: true }]);
  const told = curtainsWhenTold('display-added');
  // The question is in main before the display is.
  await station.view();
  displays.plug([desk, wall]);
  expect(await told).toEqual([true, true]);
  expect(await curtains()).toEqual([
    { width: 1280, isCovered: true },
    { width: 1024, isCovered: true },
  ]);
});

test('the second display stays covered while a session is open on the first', async () => {
  await station.open(demo.nurse);
  await until('the curtain to go', async () => !(await curtains())[0]?.isCovered);
  expect(await curtains()).toEqual([
    { width: 1280, isCovered: false },
    { width: 1024, isCovered: true },
  ]);
});

test('a display that is pulled during a session locks it, and it comes back as it was', async () => {
  const chart = await station.clinicalApp('/chart');
  await chart.locator('textarea').first().fill('half a sentence');
  const told = curtainsWhenTold('display-removed');
  await station.view();
  displays.plug([desk]);
  expect(await told).toEqual([true]);
  await station.screenIs('curtain');
  await until('the reason at the server', async () => (await locks()).includes('display'));
  await station.open(demo.nurse);
  expect(await chart.locator('textarea').first().inputValue()).toBe('half a sentence');
});

test('a display that is plugged in during a session locks it', async () => {
  await until('the curtain to go', async () => !(await curtains())[0]?.isCovered);
  displays.plug([desk, wall]);
  await station.screenIs('curtain');
  await until('both covered', async () => {
    const all = await curtains();
    return all.length === 2 && all.every(({ isCovered }) => isCovered);
  });
  await until('the reason at the server', async () => (await locks()).length === 2);
});

test('a part of the display that something else takes, as a keyboard on the glass does, locks nobody', async () => {
  await station.open(demo.nurse);
  await until('the curtain to go', async () => !(await curtains())[0]?.isCovered);
  const emit = (metrics: readonly string[]) =>
    station.app.evaluate(
      ({ screen }, which) =>
        screen.emit('display-metrics-changed', {}, screen.getPrimaryDisplay(), which),
      metrics,
    );
  await emit(['workArea']);
  expect((await station.view()).screen.kind).toBe('session');
  await emit(['workArea', 'bounds']);
  await station.screenIs('curtain');
});

test('a display that changes its size locks, and everything finds its place again', async () => {
  await station.open(demo.nurse);
  await until('the curtain to go', async () => !(await curtains())[0]?.isCovered);
  displays.plug([{ ...desk, width: 1600, height: 900 }]);
  await station.screenIs('curtain');
  await until('the new size covered', async () => {
    const all = await curtains();
    return all.length === 1 && all[0]?.width === 1600 && all[0].isCovered;
  });
  await station.open(demo.nurse);
  await until('the chart', async () => (await station.shown()).includes('/chart'));
  expect(await places()).toEqual({
    '/bar': { x: 0, y: 0, width: 1600, height: 92 },
    '/chart': { x: 0, y: 92, width: 1600, height: 808 },
  });
});

test('a bar that needs two rows gets them, and the apps begin below', async () => {
  displays.plug([{ ...desk, width: 800, height: 600 }]);
  await station.screenIs('curtain');
  await until('the new size covered', async () => (await curtains())[0]?.width === 800);
  await station.open(demo.nurse);
  await until('the chart', async () => (await station.shown()).includes('/chart'));
  const { '/bar': bar, '/chart': chart } = await places();
  expect(bar).toEqual({ x: 0, y: 0, width: 800, height: 160 });
  expect(chart).toEqual({ x: 0, y: 160, width: 800, height: 440 });
});

test('a bar that says it is nothing, or more than there is, hides neither itself nor the apps', async () => {
  const page = await station.bar();
  for (const [said, height] of [
    [{ rail: 0, note: 0 }, 92],
    [{ rail: 9_000, note: 9_000 }, 450],
  ] as const) {
    await page.evaluate(
      (wanted) => (Reflect.get(window, 'station') as StationApi).barHeight(wanted),
      said,
    );
    await until(`a bar of ${height}`, async () => (await places())['/bar']?.height === height);
    const top = Math.min(Math.max(said.rail, 92), 300);
    expect((await places())['/chart']).toEqual({ x: 0, y: top, width: 800, height: 600 - top });
  }
});

test('a PIN is typed at the curtain that asks for it, whichever curtain was clicked', async () => {
  const hands = handsOn(displays.name);
  displays.plug([desk, wall]);
  await station.screenIs('curtain');
  await until('both covered', async () => {
    const all = await curtains();
    return all.length === 2 && all.every(({ isCovered }) => isCovered);
  });
  await demo.keys.insert(demo.nurse.id);
  await station.pad();
  const focused = () =>
    station.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getFocusedWindow()?.webContents.getURL(),
    );
  const moved = station.app.evaluate(
    ({ BrowserWindow }) =>
      new Promise<void>((resolve) => {
        BrowserWindow.getFocusedWindow()?.once('blur', () => resolve());
      }),
  );
  await station.view();
  await hands.click(wall.x + 500, 400);
  await moved;
  await until('the focus back', async () => (await focused())?.endsWith('/curtain'));
  for (const digit of demo.nurse.pin) await hands.key(digit);
  await hands.key('Return');
  await until('the touch', async () => (await demo.keys.state()).waitingForTouch);
  await demo.keys.touch();
  await station.screenIs('session');
  await demo.keys.remove();
});
