import type { Notice, Stop } from '../../preload/contract.ts';
import { words as en } from '../../renderer/i18n/words/en.ts';
import { serveStationPages } from '../support/station-pages.ts';
import { curtain, scenes, session } from '../support/station-views.ts';
import { expect, show, test, type } from './station-page.ts';

const tap = curtain({ kind: 'waiting', keyPresent: false });
const keyIn = curtain({ kind: 'waiting', keyPresent: true });

test('a planted inline script does not run, and is reported', async ({ page, trouble }) => {
  const pages = await serveStationPages({
    '/planted': (document) =>
      document.replace('</head>', '<script>window.planted = true</script></head>'),
  });
  await page.goto(`${pages.origin}/planted`);
  await expect.poll(() => trouble.filter((what) => what.startsWith('script-src'))).toHaveLength(1);
  expect(await page.evaluate(() => Reflect.has(window, 'planted'))).toBe(false);
  // The trouble was wanted here; without a bridge the page fails besides.
  trouble.length = 0;
  await pages.close();
});

test('a page whose view does not come is cloth', async ({ page }) => {
  const pages = await serveStationPages();
  await page.addInitScript(() => {
    const never = () => new Promise(() => undefined);
    Reflect.set(window, 'station', { onView: () => undefined, view: never });
  });
  await page.goto(`${pages.origin}/curtain`);
  await expect(page.locator('.cloth.closed')).toBeVisible();
  await pages.close();
});

test('an older view never replaces a newer one', async ({ open }) => {
  const { page, station } = await open({ url: '/curtain', view: tap });
  await show(page, station, { ...keyIn, revision: 40 } as never);
  await expect(page.getByRole('heading', { name: 'Key found' })).toBeVisible();
  await show(page, station, { ...tap, revision: 39 } as never);
  await expect(page.getByRole('heading', { name: 'Key found' })).toBeVisible();
  await show(page, station, { ...tap, revision: 41 } as never);
  await expect(page.getByRole('heading', { name: 'Tap your key' })).toBeVisible();
});

test('Start has the focus when a key is in, and Enter presses it', async ({ open }) => {
  const { page, station } = await open({ url: '/curtain', view: tap });
  await show(page, station, keyIn);
  await expect(page.getByRole('button', { name: 'Start' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect.poll(() => station.asked).toEqual([{ name: 'start', args: [] }]);
});

test('where this key opens nothing as it is, Start is within reach, and is not what is asked for', async ({
  open,
}) => {
  const { page, station } = await open({ url: '/curtain', view: tap });
  const start = page.getByRole('button', { name: 'Start' });
  const after = (notice: Notice) => curtain({ kind: 'waiting', keyPresent: true, notice });
  await show(page, station, after('pin-locked'));
  await expect(page.getByRole('region', { name: 'Use your spare key' })).toBeFocused();
  await expect(start).not.toHaveClass(/\bact\b/);
  await show(page, station, tap);
  await show(page, station, after('cancelled'));
  await expect(start).toBeFocused();
  await expect(start).toHaveClass(/\bact\b/);
});

test('a key whose PIN is blocked is to come out, and once it is out it is to go back in', async ({
  open,
}) => {
  const blocked = (keyPresent: boolean) =>
    curtain({ kind: 'waiting', keyPresent, notice: 'pin-blocked' });
  const { page, station } = await open({ url: '/curtain', view: blocked(true) });
  await expect(page.getByRole('heading', { name: 'Take your key out' })).toBeVisible();
  await show(page, station, blocked(false));
  await expect(page.getByRole('region', { name: 'Put your key back in' })).toBeFocused();
});

test('past the offline limit the curtain says for how many days; offline, how old the staff list is', async ({
  open,
}) => {
  const { view } = scenes['curtain-offline-days'];
  const outdated = curtain({ kind: 'stopped', stop: 'outdated' }, { link: view.link });
  const { page, station } = await open({ url: '/curtain', view: outdated });
  const step = page.getByRole('region', { name: 'This station is out of date' });
  await expect(step).toContainText('has not reached the server for 7 days');
  await expect(page.locator('.note')).toHaveCount(0);
  await show(page, station, view);
  const note = page.locator('.stand .note');
  await expect(note).toContainText('staff list of 17 November, 06:38');
  await show(page, station, { ...view, language: 'es' });
  await expect(note).toContainText('lista de personal del 17 de noviembre, 06:38');
});

test('parked work is said to be kept where there is some', async ({ open }) => {
  const stopped = (stop: Stop, rest = {}) => curtain({ kind: 'stopped', stop }, rest);
  const { page, station } = await open({ url: '/curtain', view: stopped('journal') });
  await expect(page.getByText('Parked work is kept.')).toBeVisible();
  await show(page, station, stopped('journal', { parked: [] }));
  await expect(page.getByText('Parked work is kept.')).toHaveCount(0);
});

test('a station that closes says so, and asks for nothing', async ({ open }) => {
  const { page } = await open({
    url: '/curtain',
    view: curtain({ kind: 'stopped', stop: 'closing' }),
  });
  await expect(page.getByRole('heading', { name: 'Closing' })).toBeVisible();
  await expect(page.getByText('Use another station.')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Test the connection' })).toHaveCount(0);
});

test('the curtain of a station that starts tells that it is drawn once, when its letters are there', async ({
  open,
}) => {
  const starting = curtain({ kind: 'stopped', stop: 'starting' });
  const { page, station } = await open({ url: '/curtain', view: starting });
  const drawn = [{ name: 'drawn', args: [] }];
  await expect.poll(() => station.asked).toEqual(drawn);
  expect(await page.evaluate(() => document.fonts.status)).toBe('loaded');
  await show(page, station, { ...starting, language: 'es' });
  await show(page, station, tap);
  expect(station.asked).toEqual(drawn);
});

test('the curtain of an open session is closed cloth', async ({ open }) => {
  const { page } = await open(scenes['curtain-session']);
  await expect(page.locator('.opening')).toHaveCount(0);
  await expect(page.locator('.clock')).toHaveText('14:32');
});

test('a second display shows cloth, clock and place, and can be asked nothing', async ({
  open,
}) => {
  const { page } = await open(scenes['curtain-plain']);
  await expect(page.locator('body')).toHaveText(
    /^\s*ICU North · Bay 4\s*14:32\s*Tuesday 24 November\s*$/,
  );
  await expect(page.getByRole('button')).toHaveCount(0);
});

test('the other language is one touch away, and main decides', async ({ open }) => {
  const { page, station } = await open({ url: '/curtain', view: tap });
  await page.getByRole('button', { name: 'Español' }).click();
  await expect.poll(() => station.asked).toEqual([{ name: 'setLanguage', args: ['es'] }]);
  await expect(page.getByRole('heading', { name: 'Tap your key' })).toBeVisible();
  await show(page, station, { ...tap, language: 'es' });
  await expect(page.getByRole('heading', { name: 'Acerque su llave' })).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('lang', 'es');
});

test('a ledger that is not believed is said on the curtain, in both languages', async ({
  open,
}) => {
  const doubted = { ...tap, ledgerRefused: true };
  const { page, station } = await open({ url: '/curtain', view: doubted });
  await expect(page.getByText('Server log in doubt')).toBeVisible();
  await show(page, station, { ...doubted, language: 'es' });
  await expect(page.getByText('Registro central en duda')).toBeVisible();
});

test('a log that the server disputes is said on the curtain, with what it means', async ({
  open,
}) => {
  const disputed = { ...tap, logDisputed: true };
  const { page, station } = await open({ url: '/curtain', view: disputed });
  await expect(page.getByText('Station log in doubt')).toBeVisible();
  const note = page.getByRole('note');
  await expect(note).toContainText('You can keep working.');
  await expect(note).toContainText('an administrator must look');
  await show(page, station, { ...disputed, language: 'es' });
  await expect(page.getByText('Registro local en duda')).toBeVisible();
  await expect(note).toContainText('debe revisarlo un administrador');
  await show(page, station, curtain({ kind: 'stopped', stop: 'journal' }, { logDisputed: true }));
  await expect(note).toHaveCount(0);
});

test('a log that the server disputes is said on the bar', async ({ open }) => {
  const { page } = await open({ url: '/bar', view: session({}, { logDisputed: true }) });
  await expect(page.getByText('Station log in doubt')).toBeVisible();
});

test('a ledger that is not believed is said on the bar', async ({ open }) => {
  const { page } = await open({ url: '/bar', view: session({}, { ledgerRefused: true }) });
  await expect(page.getByText('Server log in doubt')).toBeVisible();
});

test('help opens, turns its pages, and closes by itself when a key answers', async ({ open }) => {
  const { page, station } = await open({ url: '/curtain', view: tap });
  const help = page.getByRole('button', { name: 'My key isn’t working' });
  await help.click();
  await page.getByRole('button', { name: en.helpPanel.noPin.name }).click();
  await expect(page.getByRole('heading', { name: en.helpPanel.noPin.title })).toBeVisible();
  await page.getByRole('button', { name: 'Back' }).click();
  await expect(page.getByRole('heading', { name: 'Tap your key' })).toBeVisible();
  await help.click();
  await show(page, station, curtain({ kind: 'reading', attempt: 1 }));
  await expect(page.getByRole('heading', { name: 'Reading your key' })).toBeVisible();
  expect(station.asked).toEqual([]);
});

test('the bar: each control asks for one thing', async ({ open }) => {
  const { page, station } = await open(scenes.bar);
  await expect(page.getByRole('heading', { name: 'Maria Lopez' })).toBeVisible();
  for (const name of ['Medication', 'Switch', 'Sign out', 'Lock']) {
    await page.getByRole('button', { name, exact: true }).click();
  }
  await expect
    .poll(() => station.asked)
    .toEqual([
      { name: 'naming', args: ['6b7f0d0e-7e0a-4d6b-9f43-1f6c0b3c5a11'] },
      { name: 'selectApp', args: ['medication'] },
      { name: 'switchUser', args: [] },
      { name: 'signOut', args: [] },
      { name: 'lock', args: [] },
    ]);
});

test('the bar of an administrator asks once more before it closes the station', async ({
  open,
}) => {
  const { page, station } = await open(scenes['bar-administrator']);
  const close = page.getByRole('button', { name: 'Close…' });
  const asked = page.getByRole('alertdialog', { name: 'Close Wardlock on this station?' });
  await close.click();
  await expect(page.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(asked).toHaveCount(0);
  // The keyboard goes on where it was.
  await expect(close).toBeFocused();
  await close.click();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await close.click();
  // A key that comes, or the warning, takes the question away.
  const { view } = scenes['bar-administrator'];
  if (view.screen.kind !== 'session') throw new Error('not a session');
  await show(page, station, {
    ...view,
    screen: { ...view.screen, over: { kind: 'idle', warningSeconds: 20 } },
  });
  await expect(asked).toHaveCount(0);
  await show(page, station, view);
  await page.getByRole('button', { name: 'Close it' }).click();
  await expect.poll(() => station.asked.map(({ name }) => name)).toEqual(['naming', 'close']);
});

test('the bar: more than four apps turn like pages, and come back to the one in front', async ({
  open,
}) => {
  const { page, station } = await open(scenes['bar-six-apps']);
  const tabs = page.locator('.app');
  await expect(tabs).toHaveText(['Chart', 'Medication', 'Labs', 'Directory']);
  await page.getByRole('button', { name: 'More' }).click();
  await expect(tabs).toHaveText(['Imaging', 'Discharge letters and forms']);
  await page.getByRole('button', { name: 'More' }).click();
  await expect(tabs).toHaveText(['Chart', 'Medication', 'Labs', 'Directory']);
  const { view } = scenes['bar-six-apps'];
  if (view.screen.kind !== 'session') throw new Error('not a session');
  await show(page, station, { ...view, screen: { ...view.screen, activeApp: 'app5' } });
  await expect(tabs.last()).toHaveAttribute('aria-current', 'true');
});

test('the bar: the tab of an app closes the window that it has opened; then every tab is there as before', async ({
  open,
}) => {
  const { view } = scenes['bar-administrator'];
  if (view.screen.kind !== 'session') throw new Error('not a session');
  const { page, station } = await open(scenes['bar-administrator']);
  await page.setViewportSize({ width: 1250, height: 92 });
  const tabs = page.locator('.app');
  const before = await tabs.allTextContents();
  await show(page, station, { ...view, screen: { ...view.screen, hasPopup: true } });
  await page.getByRole('button', { name: 'Close window' }).click();
  await expect.poll(() => station.asked.map(({ name }) => name)).toContain('closePopup');
  await expect(tabs).not.toHaveText(before);
  expect((await tabs.allTextContents()).length).toBeLessThan(before.length);
  await show(page, station, view);
  await expect(tabs).toHaveText(before);
});

test('the bar: an administrator’s apps stand there with their whole names, as many as there is room for', async ({
  open,
}) => {
  const { page, station } = await open(scenes['bar-administrator']);
  const labels = page.locator('.app .label');
  const [oneRow, twoRows] = [92, 160];
  for (const [width, most, height] of [
    [1024, 4, twoRows],
    [1150, 2, oneRow],
    [1280, 4, oneRow],
    [1366, 4, oneRow],
    [1024, 4, twoRows],
    [1920, 4, oneRow],
  ] as const) {
    await page.setViewportSize({ width, height: oneRow });
    for (const language of ['en', 'es']) {
      await show(page, station, { ...scenes['bar-administrator'].view, language });
      await expect(labels).toHaveCount(most);
      // The bar has asked for the window that it needs.
      await expect.poll(() => page.viewportSize()).toEqual({ width, height });
      const cut = await labels.evaluateAll((all) =>
        all.flatMap((label) => (label.scrollWidth > label.clientWidth ? [label.textContent] : [])),
      );
      expect(cut, `${width}, ${language}`).toEqual([]);
    }
  }
  await page.setViewportSize({ width: 1150, height: oneRow });
  await page.getByRole('button', { name: 'Más' }).click();
  await expect(labels).toHaveText(['Labs', 'Directory']);
});

test('the bar tells how high it is before it names the member, which opens the curtain', async ({
  open,
}) => {
  const { page, station } = await open({ ...scenes.bar, view: tap });
  await page.setViewportSize({ width: 800, height: 92 });
  await page.evaluate(() => {
    const order: string[] = [];
    const api = Reflect.get(window, 'station') as Record<string, (...args: unknown[]) => unknown>;
    for (const name of ['barHeight', 'naming'] as const) {
      const ask = api[name];
      api[name] = (...args) => {
        order.push(`${name} ${JSON.stringify(args)}`);
        return ask?.(...args);
      };
    }
    Reflect.set(window, '__order', order);
  });
  await show(page, station, session());
  await expect
    .poll(() => page.evaluate(() => Reflect.get(window, '__order') as string[]))
    .toEqual(['barHeight [{"rail":160,"note":0}]', expect.stringContaining('naming')]);
});

test('the bar says what became of a wish, as a status below the rail; a touch takes it away', async ({
  open,
}) => {
  const { page, station } = await open(scenes.bar);
  await page.setViewportSize({ width: 1024, height: 92 });
  const status = page.getByRole('status');
  // There before its words: only then are they read out.
  await expect(status).toHaveCount(1);
  await expect(status).toBeEmpty();
  await show(page, station, session({ told: 'printing' }));
  await expect(status).toHaveText('Printing…');
  await expect.poll(() => page.viewportSize()?.height).toBe(166);
  await expect(page.locator('.rail')).toHaveCSS('height', '92px');
  await show(page, station, session({ told: 'not-printed' }));
  await expect(status).toHaveText('Not printed. Try once more; if it stays so, tell IT.');
  await status.click();
  await expect.poll(() => station.asked.slice(1)).toEqual([{ name: 'heard', args: [] }]);
  // The same by key.
  await page.getByRole('button', { name: 'OK' }).press('Enter');
  const heard = { name: 'heard', args: [] };
  await expect.poll(() => station.asked.slice(1)).toEqual([heard, heard]);
  // What holds is not taken away.
  await show(page, station, session({ told: 'stopped' }));
  await expect(page.getByRole('button', { name: 'OK' })).toHaveCount(0);
  await show(page, station, session());
  await expect(status).toBeEmpty();
  await expect.poll(() => page.viewportSize()?.height).toBe(92);
  await show(page, station, session({ told: 'printed' }));
  await show(page, station, curtain({ kind: 'waiting', keyPresent: false }));
  await expect(status).toBeEmpty();
});

test.describe('the idle warning', () => {
  const warning = scenes['overlay-idle'];
  const stayed = [{ name: 'stay', args: [] }];

  test('has "I’m here" in focus; Enter stays once', async ({ open }) => {
    const { page, station } = await open(warning);
    await expect(page.getByRole('button', { name: 'I’m here' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect.poll(() => station.asked).toEqual(stayed);
  });

  for (const [how, act] of [
    ['any key', (page) => page.keyboard.press('k')],
    ['a click anywhere', (page) => page.mouse.click(40, 400)],
    ['a click on the button', (page) => page.getByRole('button', { name: 'I’m here' }).click()],
  ] as const satisfies readonly (readonly [
    string,
    (page: import('@playwright/test').Page) => Promise<void>,
  ])[]) {
    test(`${how} stays once`, async ({ open }) => {
      const { page, station } = await open(warning);
      await act(page);
      await expect.poll(() => station.asked).toEqual(stayed);
    });
  }

  test('Tab reaches "Lock now", and Enter there locks', async ({ open }) => {
    const { page, station } = await open(warning);
    await page.keyboard.press('Tab');
    await expect(page.getByRole('button', { name: 'Lock now' })).toBeFocused();
    await page.keyboard.press('Enter');
    await expect.poll(() => station.asked).toEqual([{ name: 'lock', args: [] }]);
  });

  test('the curtains close in step with the number, and the ground is opaque', async ({ open }) => {
    const { page, station } = await open(scenes['overlay-idle-begins']);
    const width = () => page.locator('.drawn.left').evaluate((cloth) => cloth.clientWidth);
    const before = await width();
    await show(
      page,
      station,
      session({ secondsToLock: 10, over: { kind: 'idle', warningSeconds: 20 } }),
    );
    await expect(page.locator('.big')).toHaveText('10');
    await expect(page.getByRole('status')).toHaveText('10 seconds');
    expect(await width()).toBeGreaterThan(before);
    const ground = await page
      .locator('.dusk')
      .evaluate((element) => getComputedStyle(element).backgroundColor);
    expect(ground).toMatch(/^rgb\(/);
  });
});

test.describe('the key sheet', () => {
  test('a PIN that is typed at the sheet, and its Enter, choose nothing', async ({ open }) => {
    const { page, station } = await open(scenes['overlay-key']);
    await type(page, '482915');
    await page.keyboard.press('Enter');
    await expect(page.getByRole('status')).toHaveText('No PIN is asked for here. Choose first.');
    expect(station.asked).toEqual([]);
    await page.keyboard.press('Escape');
    await expect.poll(() => station.asked).toEqual([{ name: 'stay', args: [] }]);
  });

  test('stays by default', async ({ open }) => {
    const { page, station } = await open(scenes['overlay-key']);
    await expect(page.getByRole('button', { name: 'Stay' })).toBeFocused();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await expect.poll(() => station.asked.map(({ name }) => name)).toEqual(['stay', 'stay']);
  });

  test('says whose key it is where the key has said so', async ({ open }) => {
    const { page, station } = await open(scenes['overlay-key-other']);
    await expect(page.getByRole('heading')).toHaveText('This is the key of Dr. Chen W.');
    await expect(page.getByRole('button', { name: 'Switch user' })).toBeVisible();
    await show(page, station, scenes['overlay-key-own'].view);
    await expect(page.getByRole('heading')).toHaveText('This is your key, Maria');
    // There is nobody to switch to.
    await expect(page.getByRole('button')).toHaveText(['Stay', 'Lock']);
    await expect(page.getByRole('button', { name: 'Stay' })).toBeFocused();
  });

  test('promises to keep the work where it is kept, and says where a switch ends it', async ({
    open,
  }) => {
    const { page, station } = await open(scenes['overlay-key']);
    const sheet = page.getByRole('alertdialog');
    await expect(sheet).toContainText('Maria’s work stays open');
    const other = { kind: 'other', name: 'Dr. Chen W.' } as const;
    for (const owner of [{}, { owner: other }]) {
      await show(page, station, session({ over: { kind: 'key', endsSession: true, ...owner } }));
      await expect(sheet).toContainText('Switching ends Maria’s session.');
      await expect(sheet).not.toContainText('stays open');
    }
  });

  test('locks and switches when asked', async ({ open }) => {
    const { page, station } = await open(scenes['overlay-key']);
    await page.getByRole('button', { name: 'Lock' }).click();
    await page.getByRole('button', { name: 'Switch user' }).click();
    await expect.poll(() => station.asked.map(({ name }) => name)).toEqual(['lock', 'switchUser']);
  });
});
