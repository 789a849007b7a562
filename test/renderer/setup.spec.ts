import { type Finding, checkNames } from '../../common/findings.ts';
import { words as en } from '../../renderer/i18n/words/en.ts';
import { reach } from '../support/reach.ts';
import { type Scene, scenes } from '../support/station-views.ts';
import { expect, show, test, type, typeAsKey } from './station-page.ts';

const named: Readonly<Record<string, Scene>> = scenes;
const unpaired: Scene = scenes['curtain-unpaired'];
const CODE = 'ABCDEFGHIJKLMNOP.QRSTUVWXYZ234567';
const SHOWN = 'ABCD EFGH IJKL MNOP . QRST UVWX YZ23 4567';
const paired = [{ name: 'pair', args: [CODE] }];

test('a code is typed in small letters, and Enter pairs', async ({ open }) => {
  const { page, station } = await open(unpaired);
  await expect(page.getByLabel('Pairing code')).toBeFocused();
  await type(page, CODE.toLowerCase());
  await expect(page.getByLabel('Pairing code')).toHaveValue(SHOWN);
  await page.keyboard.press('Enter');
  await expect.poll(() => station.asked).toEqual(paired);
});

test('a code is pasted, with what surrounds it', async ({ open, context }) => {
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  const { page, station } = await open(unpaired);
  await page.evaluate((text) => navigator.clipboard.writeText(text), `  ${CODE}\n`);
  await page.keyboard.press('Control+v');
  await expect(page.getByLabel('Pairing code')).toHaveValue(SHOWN);
  await page.getByRole('button', { name: 'Pair' }).click();
  await expect.poll(() => station.asked).toEqual(paired);
});

test.describe('by touch', () => {
  test.use({ hasTouch: true });
  test('a code is typed with the keys on the screen, and Erase takes one', async ({ open }) => {
    const { page, station } = await open(unpaired);
    for (const name of ['Z', ...CODE.slice(0, -1)].filter((key) => key !== '.')) {
      await page.getByRole('button', { name, exact: true }).tap();
      if (name === 'Z' && (await page.getByLabel('Pairing code').inputValue()) === 'Z') {
        await page.getByRole('button', { name: 'Erase' }).tap();
      }
    }
    // Marked as disabled for assistive technology, yet a press is answered.
    await page.getByRole('button', { name: 'Pair' }).tap({ force: true });
    await expect(page.getByRole('status').filter({ hasText: '1 more character' })).toBeVisible();
    await page.getByRole('button', { name: '7', exact: true }).tap();
    await page.getByRole('button', { name: 'Pair' }).tap();
    await expect.poll(() => station.asked).toEqual(paired);
  });
});

test('a mistake in the middle is put right there', async ({ open }) => {
  const { page } = await open(unpaired);
  await type(page, 'ABCDXFGH');
  for (let left = 0; left < 3; left += 1) await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('Backspace');
  await type(page, 'E');
  await expect(page.getByLabel('Pairing code')).toHaveValue('ABCD EFGH');
  await type(page, '2');
  await expect(page.getByLabel('Pairing code')).toHaveValue('ABCD E2FG H');
});

test('while the server is asked nothing is sent twice, and its answer is read out at the code', async ({
  open,
}) => {
  const { page, station } = await open(unpaired);
  await type(page, CODE);
  await page.keyboard.press('Enter');
  await expect.poll(() => station.asked).toEqual(paired);
  await show(page, station, scenes['curtain-unpaired-asking'].view);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'A', exact: true }).click();
  await expect(page.getByText('Asking wardlock.clinic.example')).toBeVisible();
  await expect(page.getByLabel('Pairing code')).toHaveValue(SHOWN);
  expect(station.asked).toEqual(paired);
  const expired = named['curtain-unpaired-pairing-code-expired'] as Scene;
  await show(page, station, expired.view);
  await expect(page.getByRole('heading', { name: 'This code has expired' })).toBeVisible();
  const field = page.getByLabel('Pairing code');
  await expect(field).toBeFocused();
  await expect(field).toHaveAccessibleDescription(/^This code has expired Make a new one at/);
});

test('what the station asks for by itself takes neither the field nor the focus', async ({
  open,
}) => {
  const { page, station } = await open(scenes['curtain-unpaired-asking']);
  await type(page, 'ABCD');
  const language = page.getByRole('button', { name: 'Español' });
  await language.focus();
  const unreachable = named['curtain-unpaired-unreachable'] as Scene;
  await show(page, station, unreachable.view);
  await expect(language).toBeFocused();
  await expect(page.getByLabel('Pairing code')).toHaveValue('ABCD');
});

test('a half-typed code is still there after the connection test', async ({ open }) => {
  const { page } = await open(unpaired);
  await type(page, 'ABCDE');
  await page.getByRole('button', { name: en.checks.open }).click();
  await page.getByRole('button', { name: en.back }).click();
  await expect(page.getByLabel('Pairing code')).toHaveValue('ABCD E');
  await expect(page.getByLabel('Pairing code')).toBeFocused();
});

test('what a security key types by itself is no code', async ({ open }) => {
  const { page, station } = await open(unpaired);
  await type(page, 'AB');
  // A longer pause than a key makes.
  await page.waitForTimeout(60);
  await typeAsKey(page);
  await expect(page.getByLabel('Pairing code')).toHaveValue('AB');
  expect(station.asked).toEqual([]);
});

test('the connection test: each row by itself, then the sum is read out; again on demand', async ({
  open,
}) => {
  const { page, station } = await open(unpaired);
  const first = named['curtain-checks-4'] as Scene;
  await reach(page, station, first);
  await expect(page.getByRole('heading', { name: 'Connection test' })).toBeFocused();
  const rows = page.getByRole('listitem');
  await expect(rows).toHaveCount(checkNames.length + 2);
  await expect(rows.nth(1)).toContainText('This computer does not trust its certificate.');
  await expect(page.getByText('3 things need attention.')).toHaveRole('status');
  station.answer({ check: { finding: 'server-good' satisfies Finding } });
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Everything works.')).toHaveRole('status');
  const asked = station.asked.map(({ args }) => args[0]);
  expect(asked).toEqual([...checkNames, ...checkNames]);
  await page.keyboard.press('Escape');
  await expect(page.getByLabel('Pairing code')).toBeVisible();
});

test('the connection test says "Everything works" of nothing that it has not seen', async ({
  open,
}) => {
  const { page, station } = await open(unpaired);
  await reach(page, station, named['curtain-checks-unpaired'] as Scene);
  await expect(
    page.getByText('What can be looked at now works. 2 things can be seen later.'),
  ).toHaveRole('status');
  await expect(page.getByText('Everything works.')).toHaveCount(0);
});

test('where the log’s key is not to be had, or nobody knows yet, the test does not call it safe', async ({
  open,
}) => {
  const { page, station } = await open(unpaired);
  const key = page.getByRole('listitem').filter({ hasText: 'Log’s key' });
  for (const [stop, says] of [
    ['unsealed', /Not to be had/],
    ['fault', /Can be seen once the station can start/],
  ] as const) {
    const { view } = named[`curtain-stopped-${stop}`] as Scene;
    await show(page, station, view);
    await page.getByRole('button', { name: en.checks.open }).click();
    await expect(key).toHaveText(says);
    await expect(page.getByText('Everything works.')).toHaveCount(0);
    await page.getByRole('button', { name: en.back }).click();
  }
});

for (const name of ['curtain-stopped-no-directory', 'curtain-stopped-outdated']) {
  test(`${name}: the connection test is one touch away`, async ({ open }) => {
    const { page } = await open(named[name] as Scene);
    await page.getByRole('button', { name: en.checks.open }).click();
    await expect(page.getByRole('heading', { name: 'Connection test' })).toBeVisible();
  });
}
