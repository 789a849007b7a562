import type { Page } from '@playwright/test';

/** The time of the pictures and of the tests, in the station's zone. */
export const still = { timezoneId: 'UTC', locale: 'en-GB' } as const;

/** What the page takes for the time, from its start on. Playwright's own clock would bend the times of events too. */
export async function stopClock(page: Page, now: string): Promise<void> {
  await page.addInitScript((fixed) => {
    const moment = Date.parse(fixed);
    globalThis.Date = class extends Date {
      constructor(...given: readonly unknown[]) {
        if (given.length === 0) super(moment);
        else super(...(given as [number]));
      }
      static override now = () => moment;
    } as DateConstructor;
  }, now);
}

/** As if the reader had chosen text of twice the size in the browser's settings. */
export async function doubleText(page: Page): Promise<void> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Page.setFontSizes', { fontSizes: { standard: 32, fixed: 26 } });
}

/** The first view was drawn. */
export const ready = (page: Page): Promise<void> =>
  page.locator('html[data-theme]').waitFor({ state: 'attached' });

/** Fonts there and everything at rest. */
export async function settle(page: Page): Promise<void> {
  await page.evaluate(async () => {
    // React draws after the message that brought the view.
    for (let frame = 0; frame < 2; frame += 1) {
      await new Promise((next) => requestAnimationFrame(next));
    }
    await document.fonts.ready;
    await Promise.allSettled(
      document
        .getAnimations()
        .filter((animation) => animation.effect?.getTiming().iterations !== Infinity)
        .map((animation) => animation.finished),
    );
  });
}
