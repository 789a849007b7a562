// Writes every state of the station's pages to out/screenshots: npm run screenshots [-- PATTERN]
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { type Browser, type Page, chromium } from '@playwright/test';
import { type FakeStation, type Unnumbered, fakeStation } from '../support/fake-station.ts';
import { doubleText, ready, still, stopClock } from '../support/look.ts';
import { leave, reach } from '../support/reach.ts';
import { serveStationPages } from '../support/station-pages.ts';
import { NOW } from '../support/station-views.ts';
import { takeDisplayPictures } from './displays.ts';
import { takeRealPictures } from './real.ts';
import { type Frame, type Shot, shots } from './shots.ts';

const folder = path.resolve(import.meta.dirname, '../../out/screenshots');

/** Pictures of one window follow one another in one page. */
function byFrame(wanted: readonly Shot[]): ReadonlyMap<string, readonly Shot[]> {
  const frames = new Map<string, Shot[]>();
  for (const shot of wanted) {
    const { url, size, forcedColors, doubleText: isDouble } = shot;
    const frame = JSON.stringify({ url, size, forcedColors, isDouble });
    frames.set(frame, [...(frames.get(frame) ?? []), shot]);
  }
  return frames;
}

async function open(browser: Browser, origin: string, frame: Frame, view: Unnumbered) {
  const [width, height] = frame.size;
  const context = await browser.newContext({
    ...still,
    viewport: { width, height },
    // The touch rings stand still in a picture.
    reducedMotion: 'reduce',
    ...(frame.forcedColors ? { forcedColors: 'active' } : {}),
  });
  const page = await context.newPage();
  const station = await fakeStation(page, view);
  if (frame.doubleText) await doubleText(page);
  await stopClock(page, NOW);
  await page.goto(origin + frame.url);
  await ready(page);
  return { page, station, close: () => context.close() };
}

async function take(page: Page, station: FakeStation, shot: Shot): Promise<void> {
  const { name, scene } = shot;
  const { view } = scene;
  await reach(page, station, scene);
  const isPin = view.screen.kind === 'curtain' && view.screen.step.kind === 'pin';
  // What a scene types itself stays as it is.
  if (isPin && scene.type === undefined) {
    for (const digit of '4938') await page.keyboard.press(digit);
  }
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
  await leave(page, station, scene);
  for (let digits = 4; digits > 0; digits -= 1) await page.keyboard.press('Backspace');
}

await mkdir(folder, { recursive: true });
const pattern = new RegExp(process.argv[2] ?? '');
const wanted = shots.filter(({ name }) => pattern.test(name));
const pages = await serveStationPages();
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium-headless-shell' });
try {
  for (const shotsOfFrame of byFrame(wanted).values()) {
    const [first] = shotsOfFrame;
    if (first === undefined) continue;
    const { page, station, close } = await open(browser, pages.origin, first, first.scene.view);
    for (const shot of shotsOfFrame) await take(page, station, shot);
    await close();
  }
  const real = pattern.test('real') ? await takeRealPictures(folder, browser) : 0;
  const displays = pattern.test('displays') ? await takeDisplayPictures(folder) : 0;
  process.stdout.write(`${wanted.length + real + displays} pictures in out/screenshots\n`);
} finally {
  await browser.close();
  await pages.close();
}
