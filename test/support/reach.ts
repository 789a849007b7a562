import type { Page } from '@playwright/test';
import { type Words, words as en } from '../../renderer/i18n/words/en.ts';
import { words as es } from '../../renderer/i18n/words/es.ts';
import type { FakeStation } from './fake-station.ts';
import { settle } from './look.ts';
import type { Scene } from './station-views.ts';

const named: Readonly<Record<string, string>> = { '\t': 'Tab', '\r': 'Enter' };
const words: Readonly<Record<string, Words>> = { en, es };

/** Brings a page to a scene: the view first, then what a person presses and types there. */
export async function reach(page: Page, station: FakeStation, scene: Scene): Promise<void> {
  const { view, press, type = '', answers = {} } = scene;
  station.answer(answers);
  await station.show(view);
  await still(page, station);
  for (const name of press?.(words[view.language] ?? en) ?? []) {
    await page.getByRole('button', { name, exact: true }).click();
  }
  for (const key of type) await page.keyboard.press(named[key] ?? key, { delay: 40 });
  if (press || type) await still(page, station);
}

/** Drawn, and again where that has changed the height of the window. */
async function still(page: Page, station: FakeStation): Promise<void> {
  await settle(page);
  await station.placed();
  await settle(page);
}

/** Leaves what was pressed and typed: another step takes its place. */
export async function leave(page: Page, station: FakeStation, scene: Scene): Promise<void> {
  if (scene.press === undefined && scene.type === undefined) return;
  const step = { kind: 'opening' } as const;
  await station.show({ ...scene.view, screen: { kind: 'curtain', step } });
  await settle(page);
}
