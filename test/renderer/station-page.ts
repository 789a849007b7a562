import { test as base, expect, type Page } from '@playwright/test';
import { type FakeStation, type Unnumbered, fakeStation } from '../support/fake-station.ts';
import { ready, settle, still, stopClock } from '../support/look.ts';
import { type StationPages, serveStationPages } from '../support/station-pages.ts';
import { NOW, type Scene } from '../support/station-views.ts';

interface Fixtures {
  /** Opens a surface on a fake station; the test fails if its page breaks the policy or throws. */
  readonly open: (scene: Scene) => Promise<{ page: Page; station: FakeStation }>;
  /** What went wrong in the page; asserted to be empty at the end unless a test empties it. */
  readonly trouble: string[];
}

export const test = base.extend<Fixtures, { pages: StationPages }>({
  ...still,
  pages: [
    // Playwright wants the braces, though a worker's fixture needs nothing of the others.
    async ({}, use) => {
      const pages = await serveStationPages();
      await use(pages);
      await pages.close();
    },
    { scope: 'worker' },
  ],
  trouble: async ({ page }, use) => {
    const trouble: string[] = [];
    page.on('pageerror', (error) => trouble.push(`error: ${error.message}`));
    await page.exposeBinding('__violated', (_source, what: string) => trouble.push(what));
    await page.addInitScript(() =>
      document.addEventListener('securitypolicyviolation', (event) =>
        Reflect.get(window, '__violated')(`${event.violatedDirective}: ${event.blockedURI}`),
      ),
    );
    await use(trouble);
    expect(trouble).toEqual([]);
  },
  open: async ({ page, pages, trouble: _ }, use) => {
    await use(async ({ url, view }) => {
      const station = await fakeStation(page, view);
      await stopClock(page, NOW);
      await page.goto(pages.origin + url);
      await ready(page);
      await settle(page);
      return { page, station };
    });
  },
});
export { expect };

/** Shows a view and waits until it is drawn. */
export async function show(page: Page, station: FakeStation, view: Unnumbered): Promise<void> {
  await station.show(view);
  await settle(page);
}

/** A person's keystrokes: not as fast as a machine that types. */
export async function type(page: Page, keys: string): Promise<void> {
  for (const key of keys) await page.keyboard.press(key, { delay: 40 });
}

/** What a YubiKey's OTP slot types when it is touched: a keyboard of its own, 10 ms a character, then Enter. */
export async function typeAsKey(page: Page): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  const begin = Date.now() / 1000;
  const strokes = [...'ccccccjlbvkdgtnhrfuibedcjvlnhtrigkkdbfeugvul', '\r'].flatMap(
    (text, index) => {
      const stroke = {
        key: text === '\r' ? 'Enter' : text,
        windowsVirtualKeyCode: text.toUpperCase().charCodeAt(0),
        timestamp: begin + index / 100,
      };
      return [
        { ...stroke, text, type: 'keyDown' as const },
        { ...stroke, type: 'keyUp' as const },
      ];
    },
  );
  for (const stroke of strokes) await cdp.send('Input.dispatchKeyEvent', stroke);
  await cdp.detach();
}

export const digits = (pin: string): Uint8Array => new TextEncoder().encode(pin);
