import type { Page } from '@playwright/test';
import { words as en } from '../../renderer/i18n/words/en.ts';
import { heard } from '../support/heard.ts';
import { doubleText, settle } from '../support/look.ts';
import { leave, reach } from '../support/reach.ts';
import { clashes, faint, focused } from '../support/sight.ts';
import { type Scene, type Surface, scenes, session } from '../support/station-views.ts';
import { expect, test, type } from './station-page.ts';

const named: Readonly<Record<string, Scene>> = scenes;
const sceneOf = (name: string): Scene => {
  const scene = named[name];
  if (scene === undefined) throw new Error(`no scene ${name}`);
  return scene;
};
/** One scene for each arrangement of controls; their words differ elsewhere. */
const arrangements: Readonly<Record<Exclude<Surface, '/curtain?plain'>, readonly string[]>> = {
  '/curtain': [
    'curtain-tap',
    'curtain-key-in',
    'curtain-choosing',
    'curtain-pin',
    'curtain-pin-again-twice',
    'curtain-touch',
    'curtain-notice-pin-blocked-key-in',
    'curtain-stopped-outdated',
    'curtain-help-nothing',
    'curtain-help-lost',
    'curtain-lost-among-parked',
    'curtain-lost-name-typed',
    'curtain-lost-reported',
    'curtain-unpaired-typed',
    'curtain-checks-4',
  ],
  '/bar': [
    'bar',
    'bar-six-apps',
    'bar-administrator-marks-offline',
    'bar-disputed',
    'bar-told-not-printed',
    'bar-told-window',
  ],
  '/overlay': ['overlay-idle', 'overlay-key', 'overlay-key-own'],
};
const surfaces = ['/curtain', '/bar', '/overlay'] as const;
// What is looked at is at rest; to draw the way there is most of the work.
test.use({ contextOptions: { reducedMotion: 'reduce' } });
const fit = (page: Page, url: Surface, [width, height]: readonly [number, number]) => {
  const own = url === '/bar' ? 92 : url === '/overlay' ? height - 92 : height;
  return page.setViewportSize({ width, height: own });
};

for (const url of surfaces) {
  const [first = ''] = arrangements[url];

  test(`${url}: Tab reaches every control, in both directions, and rings show it`, async ({
    open,
  }) => {
    const { page, station } = await open(sceneOf(first));
    for (const name of arrangements[url]) {
      await reach(page, station, sceneOf(name));
      const { of: controls } = await focused(page);
      expect(controls, name).toBeGreaterThan(0);
      const steps = [
        ['Tab', 1],
        ['Shift+Tab', controls - 1],
      ] as const;
      for (const [key, step] of steps) {
        const seen: number[] = [];
        // Once round, and on to the first one again: between the last and the first the browser has a stop.
        for (let tabs = 0; tabs < controls + 2; tabs += 1) {
          await page.keyboard.press(key);
          const { at, isShown } = await focused(page);
          if (at < 0) continue;
          expect.soft(isShown, `${name}: the ring of control ${at}`).toBe(true);
          seen.push(at);
        }
        const [start = 0] = seen;
        const order = seen.map((_, index) => (start + index * step) % controls);
        expect.soft(seen, `${name}, ${key}`).toEqual(order);
        expect.soft(new Set(seen).size, `${name}, ${key}`).toBe(controls);
      }
      await leave(page, station, sceneOf(name));
    }
  });

  // At the narrower one both languages, at the wider ones the longer; a bar has the least room of all.
  const narrow = [
    [
      [1024, 768],
      ['en', 'es'],
    ],
    [[1280, 1024], ['es']],
  ] as const;
  for (const [size, languages] of [
    [
      [1366, 768],
      ['en', 'es'],
    ],
    [[1920, 1080], ['es']],
    ...(url === '/bar' ? narrow : []),
  ] as const) {
    test(`${url}: with text of twice the size nothing is cut off, covered or out of reach at ${size.join(' × ')}`, async ({
      open,
      page,
    }) => {
      test.setTimeout(300_000);
      await doubleText(page);
      const { station } = await open(sceneOf(first));
      await fit(page, url, size);
      for (const [name, scene] of Object.entries(named)) {
        // Notices differ in their words only.
        const isTold = name.includes('-notice-') && !name.includes('-not-genuine');
        if (scene.url !== url || isTold) continue;
        for (const language of languages) {
          await reach(page, station, { ...scene, view: { ...scene.view, language } });
          expect.soft(await clashes(page), `${name}, ${language}`).toEqual([]);
          await leave(page, station, scene);
        }
      }
    });
  }

  test(`${url}: in forced colours, light and dark, words have ink, controls and notes an outline`, async ({
    open,
    page,
  }) => {
    await page.emulateMedia({ forcedColors: 'active' });
    const { station } = await open(sceneOf(first));
    for (const name of arrangements[url]) {
      await reach(page, station, sceneOf(name));
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.emulateMedia({ forcedColors: 'active', colorScheme });
        const wrong = await faint(page);
        expect.soft(wrong, `${name}, ${colorScheme}`).toEqual({ words: [], edges: [] });
      }
      await leave(page, station, sceneOf(name));
    }
  });

  test(`${url}: a screen reader is given a name for every control, and for each but once`, async ({
    open,
  }) => {
    const { page, station } = await open(sceneOf(first));
    for (const name of arrangements[url]) {
      await reach(page, station, sceneOf(name));
      const tree = await heard(page);
      const controls = tree.filter(({ role }) => role === 'button' || role === 'textbox');
      expect.soft(controls.length, name).toBe((await focused(page)).of);
      const names = controls.map((control) => control.name);
      expect.soft(names, name).not.toContain('');
      expect.soft(names, name).toEqual([...new Set(names)]);
      // Drawings say nothing that the words beside them do not say; tries that are left are counted in words.
      const images = tree.filter(({ role }) => role === 'image' && name !== 'the key');
      for (const image of images) expect.soft(image.name, name).not.toBe('');
      expect.soft(tree.filter(({ role }) => role === 'heading').length, name).toBeGreaterThan(0);
      await leave(page, station, sceneOf(name));
    }
  });
}

/** What is read out by itself when it comes; at once, or when there is a pause. */
const spoken: readonly (readonly [scene: string, live: 'assertive' | 'polite', text: RegExp])[] = [
  ['curtain-notice-pin-blocked', 'assertive', /The PIN did not match three times/],
  ['curtain-pin-again-twice', 'assertive', /1 try left before you must re-insert/],
  ['curtain-pin-last', 'assertive', /1 try left, then this key locks/],
  ['curtain-pin-again', 'polite', /It did not match your key/],
  ['curtain-pin-too-short', 'polite', /Your PIN has at least 6 digits/],
  ['curtain-pin', 'polite', /No digits typed/],
  ['curtain-offline', 'polite', /Offline since 09:12/],
  ['curtain-help-blocked', 'polite', /The PIN is blocked .*Call IT/],
  ['curtain-unpaired-pairing-code-used', 'polite', /Make a new one at/],
  ['curtain-lost-name-missing', 'polite', /Both names, please/],
  ['curtain-checks-4', 'polite', /3 things need attention/],
];
test('what changes is read out by itself', async ({ open }) => {
  const { page, station } = await open(scenes['curtain-tap']);
  for (const [name, live, text] of spoken) {
    await reach(page, station, sceneOf(name));
    const tree = await heard(page);
    const said = tree.filter((one) => one.live === live).map((one) => one.text);
    expect.soft(said, name).toContainEqual(expect.stringMatching(text));
    await leave(page, station, sceneOf(name));
  }
});

test('the sheets are dialogs with a name and a description; the countdown is read out', async ({
  open,
}) => {
  const { page, station } = await open(scenes['overlay-key']);
  for (const [scene, name, description] of [
    ['overlay-key', /A key is here/, /Yours, Maria\? .*Someone else’s\?/],
    ['overlay-idle-begins', /Still there, Maria\?/, /^20 seconds until the curtain closes/],
  ] as const) {
    await station.show(scenes[scene].view);
    await settle(page);
    const tree = await heard(page);
    const dialog = tree.find(({ role }) => role === 'alertdialog');
    expect(dialog?.name).toMatch(name);
    expect(dialog?.description).toMatch(description);
  }
  const spokenNow = async () =>
    (await heard(page)).filter(({ live }) => live === 'polite').map(({ text }) => text);
  expect(await spokenNow()).toContain('20 seconds');
  // A warning that begins later is told by its first number.
  await station.show(scenes['overlay-nothing'].view);
  await settle(page);
  // There before its words: only then are they read out.
  await page.evaluate(() => {
    const said: string[] = [];
    Reflect.set(window, '__said', said);
    new MutationObserver(() => {
      const text = document.querySelector('.dusk [role=status]')?.textContent;
      if (text !== undefined && text !== said.at(-1)) said.push(text);
    }).observe(document.body, { childList: true, characterData: true, subtree: true });
  });
  await station.show(session({ secondsToLock: 15, over: { kind: 'idle', warningSeconds: 15 } }));
  await settle(page);
  expect(await page.evaluate(() => Reflect.get(window, '__said'))).toEqual(['', '15 seconds']);
});

test('a station that stops for another reason says so: the step is described by its words', async ({
  open,
}) => {
  const { page, station } = await open(sceneOf('curtain-stopped-pending'));
  await page.getByRole('button', { name: en.help }).focus();
  await station.show(sceneOf('curtain-stopped-revoked').view);
  await settle(page);
  const step = page.getByRole('region', { name: en.stop.revoked.title });
  await expect(step).toBeFocused();
  await expect(step).toHaveAccessibleDescription(en.stop.revoked.text);
  await station.show(scenes['curtain-touch'].view);
  await settle(page);
  await expect(page.getByRole('region', { name: en.touch.title })).toHaveAccessibleDescription(
    en.touch.text,
  );
});

test('each step is a region by the name of its heading, and has the focus when it comes', async ({
  open,
}) => {
  const { page, station } = await open(scenes['curtain-tap']);
  for (const [scene, name] of [
    ['curtain-reading', 'Reading your key'],
    ['curtain-pin', 'Enter your PIN'],
    ['curtain-touch', 'Touch your key'],
    ['curtain-opening', 'Opening'],
  ] as const) {
    await station.show(scenes[scene].view);
    await settle(page);
    await expect(page.getByRole('region', { name })).toBeFocused();
    expect(await heard(page)).toContainEqual(expect.objectContaining({ role: 'region', name }));
  }
});

test('with reduced motion nothing moves; without that wish the touch rings do', async ({
  open,
  page,
}) => {
  const moving = () =>
    page.evaluate(() =>
      document
        .getAnimations()
        .filter(({ effect }) => Number(effect?.getComputedTiming().duration) > 1)
        .map((animation) =>
          animation instanceof CSSAnimation ? animation.animationName : 'other',
        ),
    );
  await page.emulateMedia({ reducedMotion: 'reduce' });
  const { station } = await open(scenes['curtain-tap']);
  for (const name of arrangements['/curtain']) {
    const scene = sceneOf(name);
    await station.show(scene.view);
    expect.soft(await moving(), name).toEqual([]);
    await reach(page, station, scene);
    expect.soft(await moving(), name).toEqual([]);
    await leave(page, station, scene);
  }
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  await reach(page, station, scenes['curtain-touch']);
  expect(await moving()).not.toEqual([]);
});

test.describe('on the keyboard alone', () => {
  /** Walks to a control by Tab and presses it. */
  const pressByKey = async (page: Page, name: string, key = 'Enter') => {
    const control = page.getByRole('button', { name, exact: true });
    const { of: most } = await focused(page);
    for (let tabs = 0; tabs <= most + 1; tabs += 1) {
      if (await control.evaluate((element) => element === document.activeElement)) {
        return page.keyboard.press(key);
      }
      await page.keyboard.press('Tab');
    }
    throw new Error(`Tab does not reach ${name}`);
  };

  test('the curtain: start, help on every topic and back, another language', async ({ open }) => {
    const { page, station } = await open(scenes['curtain-key-in']);
    await page.keyboard.press('Enter');
    await pressByKey(page, en.help);
    for (const topic of ['noPin', 'blocked', 'mismatch'] as const) {
      await pressByKey(page, en.helpPanel[topic].name, ' ');
      await expect(page.getByRole('heading', { name: en.helpPanel[topic].title })).toBeVisible();
    }
    await pressByKey(page, en.helpPanel.again.button);
    await expect(page.getByRole('button', { name: en.start })).toBeFocused();
    await pressByKey(page, 'Español', ' ');
    await expect
      .poll(() => station.asked)
      .toEqual([
        { name: 'start', args: [] },
        { name: 'setLanguage', args: ['es'] },
      ]);
  });

  test('pairing, then the connection test, again, and back to the code', async ({ open }) => {
    const { page, station } = await open(scenes['curtain-unpaired']);
    await pressByKey(page, en.checks.open);
    await expect(page.getByRole('heading', { name: en.checks.title })).toBeFocused();
    const tests = () => station.asked.filter(({ name }) => name === 'check').length;
    await expect.poll(tests).toBe(8);
    await expect(page.getByRole('button', { name: en.checks.again })).not.toHaveAttribute(
      'aria-disabled',
    );
    await pressByKey(page, en.checks.again);
    await expect.poll(tests).toBe(16);
    await pressByKey(page, en.back);
    await expect(page.getByRole('textbox')).toBeFocused();
    await type(page, 'NB2HI4DTHIXS6ZTPK5QXEZDMN5RWWLTF');
    await page.keyboard.press('Enter');
    await expect.poll(() => station.asked.at(-1)?.name).toBe('pair');
  });

  test('the bar: each control', async ({ open }) => {
    const { page, station } = await open(scenes['bar-six-apps']);
    await pressByKey(page, en.bar.more, ' ');
    await pressByKey(page, 'Imaging');
    for (const name of [en.bar.switchUser, en.bar.signOut, en.bar.lock]) {
      await pressByKey(page, name);
    }
    await expect
      .poll(() => station.asked.slice(1))
      .toEqual([
        { name: 'selectApp', args: ['app4'] },
        { name: 'switchUser', args: [] },
        { name: 'signOut', args: [] },
        { name: 'lock', args: [] },
      ]);
  });

  test('the key sheet: each choice', async ({ open }) => {
    const { page, station } = await open(scenes['overlay-key']);
    for (const name of [en.sheet.switchUser, en.sheet.lock, en.sheet.stay]) {
      await pressByKey(page, name);
    }
    await expect
      .poll(() => station.asked.map(({ name }) => name))
      .toEqual(['switchUser', 'lock', 'stay']);
  });
});
