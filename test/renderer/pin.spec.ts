import type { Page } from '@playwright/test';
import { type Scene, curtain, scenes } from '../support/station-views.ts';
import { digits, expect, show, test, type, typeAsKey } from './station-page.ts';
import { tracesOf } from './traces.ts';

const pad: Scene = scenes['curtain-pin'];
const PIN = '493817';

const typed = (page: Page) => page.locator('.dots [role=status]');
const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

test('the keyboard types exact bytes, and Enter opens', async ({ open }) => {
  const { page, station } = await open(pad);
  await type(page, PIN);
  await expect(typed(page)).toHaveText('6 digits typed');
  await page.keyboard.press('Enter');
  await expect.poll(() => station.asked).toEqual([{ name: 'submitPin', args: [digits(PIN)] }]);
  await expect(typed(page)).toHaveText('No digits typed');
});

test('the number pad types, with and without NumLock', async ({ open }) => {
  const { page, station } = await open(pad);
  for (const digit of PIN) await page.keyboard.press(`Numpad${digit}`, { delay: 40 });
  await expect(typed(page)).toHaveText('6 digits typed');
  // Without NumLock the same key means End, Home or an arrow.
  await page.evaluate(() =>
    window.dispatchEvent(new KeyboardEvent('keydown', { key: 'End', code: 'Numpad1' })),
  );
  await page.keyboard.press('NumpadEnter');
  await expect
    .poll(() => station.asked)
    .toEqual([{ name: 'submitPin', args: [digits(`${PIN}1`)] }]);
});

test('the mouse types; Enter afterwards still opens', async ({ open }) => {
  const { page, station } = await open(pad);
  for (const digit of PIN) await button(page, digit).click();
  await page.keyboard.press('Enter');
  await expect.poll(() => station.asked).toEqual([{ name: 'submitPin', args: [digits(PIN)] }]);
});

test.describe('by touch', () => {
  test.use({ hasTouch: true });
  test('the screen types, erases and opens', async ({ open }) => {
    const { page, station } = await open(pad);
    for (const digit of `${PIN}0`) await button(page, digit).tap();
    await button(page, 'Erase').tap();
    await button(page, 'Open').tap();
    await expect.poll(() => station.asked).toEqual([{ name: 'submitPin', args: [digits(PIN)] }]);
  });
});

test('Backspace and Erase take one digit each, and stop at none', async ({ open }) => {
  const { page } = await open(pad);
  await type(page, '12');
  await page.keyboard.press('Backspace');
  await expect(typed(page)).toHaveText('1 digit typed');
  await button(page, 'Erase').click();
  await button(page, 'Erase').click();
  await expect(typed(page)).toHaveText('No digits typed');
});

test('a PIN that is too short is not sent, and the page says why', async ({ open }) => {
  const { page, station } = await open(pad);
  await type(page, '12345');
  await page.keyboard.press('Enter');
  await expect(page.getByText('Your PIN has at least 6 digits.')).toBeVisible();
  // It is marked as disabled for assistive technology, yet a press is answered.
  await button(page, 'Open').click({ force: true });
  expect(station.asked).toEqual([]);
  await type(page, '6');
  await expect(page.getByText('Your PIN has at least 6 digits.')).toHaveCount(0);
});

test('a letter is answered: digits only, and where a PIN with letters leads', async ({ open }) => {
  const { page } = await open(pad);
  const hint = page.getByText('Digits only here.');
  await type(page, '49a');
  await expect(hint).toHaveRole('strong');
  await expect(typed(page)).toHaveText('2 digits typed');
  await type(page, '3');
  await expect(hint).toHaveCount(0);
  // A key that types is nobody's PIN.
  await page.waitForTimeout(60);
  await typeAsKey(page);
  await expect(typed(page)).toHaveText('3 digits typed');
  await expect(hint).toHaveCount(0);
});

test('63 digits are sent, a 64th is not taken', async ({ open }) => {
  const { page, station } = await open(pad);
  const long = '1234567890'.repeat(7).slice(0, 63);
  for (const digit of `${long}9`) await button(page, digit).click();
  await expect(page.locator('.dots')).toContainText('+53');
  await page.keyboard.press('Enter');
  await expect.poll(() => station.asked).toEqual([{ name: 'submitPin', args: [digits(long)] }]);
});

test('Escape and Cancel cancel once each, and forget what was typed', async ({ open }) => {
  const { page, station } = await open(pad);
  await type(page, '1234');
  await page.keyboard.press('Escape');
  await button(page, 'Cancel').click();
  await expect.poll(() => station.asked.map(({ name }) => name)).toEqual(['cancel', 'cancel']);
  await show(page, station, curtain({ kind: 'waiting', keyPresent: true }));
  await show(page, station, pad.view);
  await expect(typed(page)).toHaveText('No digits typed');
});

test('main hears of a hand that is slow, not of every digit', async ({ open }) => {
  const { page, station } = await open(pad);
  const later = () =>
    page.evaluate(() => {
      const now = performance.now.bind(performance);
      performance.now = () => now() + 16_000;
    });
  await type(page, '12');
  expect(station.asked).toEqual([]);
  await later();
  await type(page, '34');
  await button(page, '5').click();
  await expect.poll(() => station.asked.map(({ name }) => name)).toEqual(['stay']);
  await later();
  await button(page, 'Erase').click();
  await expect.poll(() => station.asked.map(({ name }) => name)).toEqual(['stay', 'stay']);
});

test('the keyboard alone reaches every control: Tab to a digit, Enter presses it', async ({
  open,
}) => {
  const { page, station } = await open(pad);
  await page.keyboard.press('Tab');
  await expect(button(page, '1')).toBeFocused();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Space');
  await expect(typed(page)).toHaveText('2 digits typed');
  for (let tabs = 0; tabs < 12; tabs += 1) await page.keyboard.press('Tab');
  await expect(button(page, 'Cancel')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect.poll(() => station.asked).toEqual([{ name: 'cancel', args: [] }]);
});

test('a key that types by itself leaves nothing behind, and its Enter opens nothing', async ({
  open,
}) => {
  const { page, station } = await open(pad);
  await type(page, '493817');
  await typeAsKey(page);
  await expect(typed(page)).toHaveText('6 digits typed');
  expect(station.asked).toEqual([]);
});

test('digits typed while the key is still being read are on the pad, and go nowhere before', async ({
  open,
}) => {
  const { page, station } = await open({ ...pad, view: curtain({ kind: 'reading', attempt: 1 }) });
  await type(page, PIN);
  // Whoever is done before the pad is there looks at it first.
  await page.keyboard.press('Enter');
  expect(station.asked).toEqual([]);
  await show(page, station, pad.view);
  await expect(typed(page)).toHaveText('6 digits typed');
  await page.keyboard.press('Enter');
  await expect.poll(() => station.asked).toEqual([{ name: 'submitPin', args: [digits(PIN)] }]);
});

test('digits typed for one key are not there for the next, though no other step was drawn between', async ({
  open,
}) => {
  const { page, station } = await open({ ...pad, view: curtain({ kind: 'reading', attempt: 1 }) });
  await type(page, PIN);
  await show(page, station, curtain({ kind: 'reading', attempt: 2 }));
  await type(page, '12');
  await show(page, station, curtain({ kind: 'reading', attempt: 3 }));
  const { view } = pad;
  if (view.screen.kind !== 'curtain' || view.screen.step.kind !== 'pin') throw new Error('no pad');
  await show(page, station, curtain({ ...view.screen.step, attempt: 3 }));
  await type(page, PIN.slice(0, 4));
  await expect(typed(page)).toHaveText('4 digits typed');
  await show(page, station, curtain({ ...view.screen.step, attempt: 4 }));
  await expect(typed(page)).toHaveText('No digits typed');
  await type(page, PIN);
  await page.keyboard.press('Enter');
  await expect.poll(() => station.asked).toEqual([{ name: 'submitPin', args: [digits(PIN)] }]);
});

test('digits typed for a key that opens nothing are forgotten', async ({ open }) => {
  const { page, station } = await open({ ...pad, view: curtain({ kind: 'reading', attempt: 1 }) });
  await type(page, PIN);
  await show(page, station, curtain({ kind: 'waiting', keyPresent: true }));
  await show(page, station, curtain({ kind: 'reading', attempt: 1 }));
  await show(page, station, pad.view);
  await expect(typed(page)).toHaveText('No digits typed');
});

test('the second tap of a double one on Start does not press Cancel', async ({ open }) => {
  const { page, station } = await open(scenes['curtain-key-in']);
  const { x, y, width, height } = (await button(page, 'Start').boundingBox()) ?? {
    x: 0,
    y: 0,
    width: 0,
    height: 0,
  };
  // Where both of them are.
  const at = [x + width / 2, y + height - 5] as const;
  await page.mouse.click(...at);
  await expect.poll(() => station.asked).toEqual([{ name: 'start', args: [] }]);
  await show(page, station, curtain({ kind: 'reading', attempt: 1 }));
  const under = await page.evaluate(
    ([left, top]) => document.elementFromPoint(left, top)?.closest('button')?.textContent,
    at,
  );
  expect(under).toBe('Cancel');
  await page.mouse.down({ clickCount: 2 });
  await page.mouse.up({ clickCount: 2 });
  await page.mouse.down({ clickCount: 3 });
  await page.mouse.up({ clickCount: 3 });
  // Whoever presses once more means it, and was heard once.
  await page.keyboard.press('Escape');
  await expect
    .poll(() => station.asked.map(({ name }) => name))
    .toEqual(['start', 'cancel', 'cancel']);
});

test('a mismatch says so, and counts tries from the second on', async ({ open }) => {
  const { page, station } = await open(scenes['curtain-pin-again']);
  await expect(page.getByRole('heading', { name: 'Try that PIN again' })).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await show(page, station, scenes['curtain-pin-again-twice'].view);
  await expect(page.getByRole('alert')).toContainText(
    '1 try left before you must re-insert the key.',
  );
  await expect(page.getByRole('img', { name: '2 of 3 tries used' })).toBeVisible();
});

test('the digits are nowhere in the document and nowhere in React', async ({ open }) => {
  const { page } = await open(pad);
  // Each way of typing might leave its own trace.
  const byKey = '49381';
  const byMouse = '72605';
  await type(page, byKey);
  for (const digit of byMouse) await button(page, digit).click();
  await expect(typed(page)).toHaveText('10 digits typed');

  const found = await page.evaluate(tracesOf, [byKey, byMouse]);
  // It did look: React's data was there to be read.
  expect(found.roots).toBeGreaterThan(50);
  expect(found.objects).toBeGreaterThan(500);
  expect(found.hits).toEqual([]);
});

test('the copy that was sent is overwritten', async ({ open, page }) => {
  await page.addInitScript(() => {
    const kept: Uint8Array[] = [];
    Reflect.set(window, '__kept', kept);
    document.addEventListener('DOMContentLoaded', () => {
      const station = Reflect.get(window, 'station');
      const submitPin = station.submitPin;
      station.submitPin = (pin: Uint8Array) => {
        kept.push(pin);
        return submitPin(pin);
      };
    });
  });
  const { station } = await open(pad);
  await type(page, PIN);
  await page.keyboard.press('Enter');
  await expect.poll(() => station.asked).toEqual([{ name: 'submitPin', args: [digits(PIN)] }]);
  const kept = await page.evaluate(() =>
    (Reflect.get(window, '__kept') as Uint8Array[]).map((pin) => [...pin]),
  );
  expect(kept).toEqual([[0, 0, 0, 0, 0, 0]]);
});
