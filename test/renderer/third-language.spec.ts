import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stationPages } from '../../tools/pages.mjs';
import { languageCodes, wordsFolder } from '../../tools/words.mjs';
import { fakeStation } from '../support/fake-station.ts';
import { ready } from '../support/look.ts';
import { serveStationPages } from '../support/station-pages.ts';
import { scenes } from '../support/station-views.ts';
import { expect, show, test } from './station-page.ts';

let folder: string;
test.beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wardlock-words-'));
  await cp(wordsFolder, path.join(folder, 'words'), { recursive: true });
});
test.afterEach(() => rm(folder, { recursive: true }));

/** The pages as the build makes them, with one more file beside the English words. */
async function plant(change: (english: string) => string): Promise<string> {
  const words = path.join(folder, 'words');
  const english = await readFile(path.join(words, 'en.ts'), 'utf8');
  await writeFile(path.join(words, 'fr.ts'), change(english));
  const ui = path.join(folder, 'ui');
  await stationPages(ui, true, words);
  return ui;
}
const french = (english: string) =>
  english
    .replace("name: 'English', locale: 'en-GB'", "name: 'Français', locale: 'fr-FR'")
    .replace("title: 'Tap your key'", "title: 'Approchez votre clé'");

test('one more file is one more language: offered after the others, and used', async ({ page }) => {
  const pages = await serveStationPages({}, await plant(french));
  const { view, url } = scenes['curtain-tap'];
  const station = await fakeStation(page, { ...view, language: 'es' });
  await page.goto(pages.origin + url);
  await ready(page);
  const next = page.locator('.floor button[lang]');
  await next.click();
  await expect.poll(() => station.asked).toEqual([{ name: 'setLanguage', args: ['fr'] }]);
  await show(page, station, { ...view, language: 'fr' });
  await expect(page.getByRole('heading', { name: 'Approchez votre clé' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'fr');
  // The day as the file's own locale writes it.
  const day = new Date().toLocaleDateString('fr-FR', { weekday: 'long', timeZone: 'UTC' });
  await expect(page.locator('.day')).toContainText(new RegExp(`^${day}`, 'i'));
  // And round again.
  await expect(next).toHaveText('English');
  await pages.close();
});

test('a language that these pages do not speak is said in English', async ({ open }) => {
  const { page } = await open({
    ...scenes['curtain-tap'],
    view: { ...scenes['curtain-tap'].view, language: 'fi' },
  });
  await expect(page.getByRole('heading', { name: 'Tap your key' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'en');
});

test('a word that a language lacks, or that nobody asks for, ends the build with its name', async () => {
  const lacking = plant((english) => french(english).replace("  cancel: 'Cancel',\n", ''));
  await expect(lacking).rejects.toThrow('fr.ts does not say cancel');
  const more = plant((english) =>
    french(english).replace("  cancel: 'Cancel',\n", "  cancel: 'Annuler',\n  extra: 'x',\n"),
  );
  await expect(more).rejects.toThrow('fr.ts says extra, which nobody asks for');
});

test('plural forms are each language’s own', async () => {
  const forms = (english: string) =>
    french(english).replace(
      "    spoken_one: '{{count}} second',\n",
      "    spoken_one: '{{count}} seconde',\n    spoken_many: '{{count}} de secondes',\n",
    );
  await expect(plant(forms)).resolves.toContain('ui');
  const without = (english: string) => french(english).replace(/    spoken_(one|other): .*\n/g, '');
  await expect(plant(without)).rejects.toThrow('fr.ts does not say idle.spoken');
});

test('English comes first, the others by their codes', () => {
  expect(languageCodes()).toEqual(['en', 'es']);
});
