import type { Page } from '@playwright/test';
import { languageCodes } from '../../tools/words.mjs';
import { WCAG, flaws } from '../support/axe.ts';
import { doubleText } from '../support/look.ts';
import { leave, reach } from '../support/reach.ts';
import { clashes, faint } from '../support/sight.ts';
import { type Scene, type Surface, scenes } from '../support/station-views.ts';
import { expect, test } from './station-page.ts';

const languages = languageCodes();
const all = Object.entries<Scene>(scenes);
const surfaces: readonly Surface[] = ['/curtain', '/curtain?plain', '/bar', '/overlay'];
const of = (surface: Surface) => all.filter(([, { url }]) => url === surface);

/** The bar begins with a window of one row and asks for more; the overlay has the rest of the screen. */
const heightOf = (surface: Surface, screen: number): number =>
  surface === '/bar' ? 92 : surface === '/overlay' ? screen - 92 : screen;

const sizes = [
  [1920, 1080],
  [1366, 768],
  [1280, 1024],
] as const;
/** A bar has the least room of all. */
const sizesOf = (surface: Surface) =>
  surface === '/bar' ? ([...sizes, [1024, 768]] as const) : sizes;

/** What reads like a key of the words instead of words. */
async function unsaid(page: Page): Promise<readonly string[]> {
  const text = await page.locator('body').innerText();
  const prose = text.replaceAll(/wardlock\.clinic\.example|agent\.log/g, '');
  return prose.match(/\b[a-z]+\.[a-z-]+|[{}]/gi) ?? [];
}

/** What sticks out of the window or is too small, by name. */
const misfits = (page: Page) =>
  page.evaluate(() => {
    const { innerWidth, innerHeight } = window;
    const found: string[] = [];
    const root = document.documentElement;
    if (root.scrollWidth > innerWidth) found.push(`page is ${root.scrollWidth} px wide`);
    if (root.scrollHeight > innerHeight) found.push(`page is ${root.scrollHeight} px high`);
    for (const button of document.querySelectorAll('button, input')) {
      const { left, top, right, bottom, width, height } = button.getBoundingClientRect();
      const name = button.textContent;
      if (width < 72 || height < 72) found.push(`"${name}" is ${width} × ${height}`);
      if (left < 0 || top < 0 || right > innerWidth + 0.5 || bottom > innerHeight + 0.5) {
        found.push(`"${name}" is out of the window`);
      }
    }
    return found;
  });

// What is looked at is at rest; to draw the way there is most of the work.
test.use({ contextOptions: { reducedMotion: 'reduce' } });

for (const surface of surfaces) {
  const [first] = of(surface);
  if (first === undefined) throw new Error(`no scene for ${surface}`);

  for (const [width, height] of sizesOf(surface)) {
    test(`${surface}: every state fits ${width} × ${height}, in both languages`, async ({
      open,
    }) => {
      test.setTimeout(600_000);
      const { page, station } = await open(first[1]);
      await page.setViewportSize({ width, height: heightOf(surface, height) });
      for (const [name, scene] of of(surface)) {
        for (const language of languages) {
          await reach(page, station, { ...scene, view: { ...scene.view, language } });
          const wrong = [
            ...(await misfits(page)),
            ...(await clashes(page)),
            ...(width === 1920 ? await unsaid(page) : []),
          ];
          expect.soft(wrong, `${name}, ${language}`).toEqual([]);
          await leave(page, station, scene);
        }
      }
    });
  }

  // The theme changes colours, the language words: each once over every state.
  for (const [theme, language] of [
    ['day', 'en'],
    ['night', 'es'],
  ] as const) {
    test(`${surface}: axe finds nothing, and all words have ink, by ${theme}, ${language}`, async ({
      open,
    }) => {
      test.setTimeout(600_000);
      const { page, station } = await open(first[1]);
      await page.setViewportSize({ width: 1920, height: heightOf(surface, 1080) });
      for (const [name, scene] of of(surface)) {
        await reach(page, station, { ...scene, view: { ...scene.view, theme, language } });
        const wrong = [...(await flaws(page, WCAG)), ...(await faint(page)).words];
        expect.soft(wrong, name).toEqual([]);
        await leave(page, station, scene);
      }
    });
  }
}

const primary: readonly (readonly [name: keyof typeof scenes, control: string])[] = [
  ['curtain-key-in', 'Start'],
  ['curtain-pin', 'Open'],
  ['curtain-pin-again-twice', 'Open'],
  ['curtain-touch', 'Cancel'],
  ['bar', 'Lock'],
  ['overlay-idle', 'I’m here'],
  ['overlay-key', 'Stay'],
];
for (const [name, control] of primary) {
  const scene: Scene = scenes[name];
  const height = heightOf(scene.url, 1080);

  test(`${name}: "${control}" is in sight at 200 % text`, async ({ open, page }) => {
    await page.setViewportSize({ width: 1920, height });
    await doubleText(page);
    await open(scene);
    const button = page.getByRole('button', { name: control, exact: true });
    await expect(button).toBeInViewport({ ratio: 1 });
    // It is really on top there, not beneath the floor.
    const isOnTop = await button.evaluate((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      return element.contains(document.elementFromPoint(left + width / 2, top + height / 2));
    });
    expect(isOnTop).toBe(true);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(1920);
    const size = await button.evaluate((element) => getComputedStyle(element).fontSize);
    expect(Number.parseFloat(size)).toBeGreaterThanOrEqual(48);
  });
}
