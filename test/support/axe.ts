import type { Page } from '@playwright/test';
import axe from 'axe-core';

/** Tags of WCAG 2.2 AA, and of what axe holds to be good practice besides. */
export const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * What axe finds, a line for each rule; without `tags` by all its rules. It stays in the page: to bring it in
 * anew for each state takes four times as long as to run it.
 */
export async function flaws(page: Page, tags?: readonly string[]): Promise<readonly string[]> {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(axe.source);
  const found = await page.evaluate(
    async (values) => {
      const { run } = Reflect.get(window, 'axe') as typeof axe;
      const only = values === undefined ? {} : { runOnly: { type: 'tag' as const, values } };
      const { violations } = await run(document, { ...only, resultTypes: ['violations'] });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`);
    },
    tags && [...tags],
  );
  return found;
}
