import { type Topic, topicNames } from '../../renderer/features/help/topics.ts';
import { words as en } from '../../renderer/i18n/words/en.ts';
import { reach } from '../support/reach.ts';
import { type Scene, curtain, scenes } from '../support/station-views.ts';
import { expect, show, test, type, typeAsKey } from './station-page.ts';

const named: Readonly<Record<string, Scene>> = scenes;

for (const topic of topicNames) {
  test(`help, ${topic}: ends in what the person can do, with IT's number if there is one`, async ({
    open,
  }) => {
    const { page, station } = await open(scenes['curtain-tap']);
    const scene = named[`curtain-help-${topic}`] as Scene;
    await reach(page, station, scene);
    const end = page.locator('.advice .row');
    await expect(end).toContainText('4357');
    await show(page, station, { ...scene.view, helpPhone: undefined });
    await expect(end).toContainText('the person in charge here');
    await expect(end.getByRole('button')).toHaveCount(1);
    await end.getByRole('button').click();
    // Either back where a key can be tried, or on to the report.
    const next = topic === 'lost' ? 'Whose key is lost?' : 'Tap your key';
    await expect(page.getByRole('heading', { name: next })).toBeVisible();
  });
}

const begins: readonly (readonly [scene: string, topic: Topic])[] = [
  ['curtain-tap', 'nothing'],
  ['curtain-pin', 'nothing'],
  ['curtain-pin-again', 'mismatch'],
  ['curtain-notice-pin-mismatch', 'mismatch'],
  ['curtain-notice-pin-blocked', 'blocked'],
  ['curtain-notice-pin-locked', 'blocked'],
  ['curtain-notice-pin-not-set', 'noPin'],
  ['curtain-notice-pin-must-change', 'noPin'],
  ['curtain-notice-unknown-key', 'notMine'],
  // Their own key, and one that nobody is to hand back.
  ['curtain-notice-member-inactive', 'nothing'],
  ['curtain-notice-not-genuine', 'nothing'],
  ['curtain-notice-unreadable', 'nothing'],
];
for (const [name, topic] of begins) {
  test(`help begins at "${topic}" from ${name}`, async ({ open }) => {
    const { page } = await open(named[name] as Scene);
    await page.getByRole('button', { name: en.help }).click();
    await expect(page.locator('.pick[aria-current=true]')).toHaveText(en.helpPanel[topic].name);
    // Read out and within reach of the next Tab.
    await expect(page.getByRole('heading', { name: en.help })).toBeFocused();
  });
}

const lost: Scene = scenes['curtain-lost-name'];

test('a lost key is reported by name on the keyboard alone', async ({ open }) => {
  const { page, station } = await open({ url: '/curtain', view: lost.view });
  const tabTo = async (name: string) => {
    for (let tabs = 0; tabs < 12; tabs += 1) {
      await page.keyboard.press('Tab');
      const focused = page.locator(':focus');
      if ((await focused.count()) > 0 && (await focused.innerText()) === name) return;
    }
    throw new Error(`Tab does not reach ${name}`);
  };
  await tabTo(en.help);
  await page.keyboard.press('Enter');
  await tabTo(en.helpPanel.lost.name);
  await page.keyboard.press('Enter');
  await tabTo(en.helpPanel.report.button);
  await page.keyboard.press('Enter');
  await expect(page.getByLabel('First name')).toBeFocused();
  await type(page, 'Zo');
  await page.keyboard.insertText('ë');
  // Enter after the first name goes on to the second, without a word of reproach.
  await page.keyboard.press('Enter');
  await expect(page.getByText(en.lost.bothNames)).toHaveCount(0);
  await expect(page.getByLabel('Last name')).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(page.getByText(en.lost.bothNames)).toBeVisible();
  await type(page, 'Laurent');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Your report is on record' })).toBeFocused();
  expect(station.asked).toEqual([
    {
      name: 'reportLostKey',
      args: [{ kind: 'named', givenName: 'Zoë', familyName: 'Laurent' }],
    },
  ]);
});

test.describe('by touch', () => {
  test.use({ hasTouch: true });
  test('a lost key is reported with the keys on the screen', async ({ open }) => {
    const { page, station } = await open({ url: '/curtain', view: lost.view });
    await reach(page, station, lost);
    const tap = async (keys: string) => {
      for (const key of keys) {
        const name = { ' ': 'Space', '-': 'Hyphen', '’': 'Apostrophe', '<': 'Erase' }[key] ?? key;
        await page.getByRole('button', { name, exact: true }).tap();
      }
    };
    await tap('ANA-BELX<');
    await page.getByLabel('Last name').tap();
    await tap('O’BRIEN PEÑA');
    await expect(page.getByLabel('First name')).toHaveValue('Ana-Bel');
    await page.getByRole('button', { name: 'Report it' }).tap();
    await expect
      .poll(() => station.asked)
      .toEqual([
        {
          name: 'reportLostKey',
          args: [{ kind: 'named', givenName: 'Ana-Bel', familyName: 'O’Brien Peña' }],
        },
      ]);
  });
});

test('somebody parked here reports with one touch', async ({ open }) => {
  const { page, station } = await open(scenes['curtain-tap']);
  await reach(page, station, scenes['curtain-lost-reported']);
  expect(station.asked).toEqual([
    { name: 'reportLostKey', args: [{ kind: 'parked', session: '1' }] },
  ]);
  await expect(page.locator('.note')).toHaveText('Call IT now: 4357');
});

test('where policy hides names, none is offered', async ({ open }) => {
  const { page, station } = await open(scenes['curtain-tap']);
  const hidden = { ...lost.view, parked: [{ id: '1' }, { id: '2' }] };
  await reach(page, station, { ...lost, view: hidden });
  await expect(page.getByLabel('First name')).toBeVisible();
});

test('what a security key types by itself stays in no field and reports nothing', async ({
  open,
}) => {
  const { page, station } = await open(scenes['curtain-tap']);
  await reach(page, station, { ...lost, type: 'Maria\tLo' });
  await typeAsKey(page);
  await expect(page.getByLabel('Last name')).toHaveValue('Lo');
  expect(station.asked).toEqual([]);
});

test('Escape goes back one step at a time, and in the end to the step at the curtain', async ({
  open,
}) => {
  const { page, station } = await open(scenes['curtain-tap']);
  await reach(page, station, lost);
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { name: 'You lost your key' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('region', { name: 'Tap your key' })).toBeFocused();
  expect(station.asked).toEqual([]);
});

test('help stays with its reader when a step at the curtain ends by itself', async ({ open }) => {
  const { page, station } = await open(scenes['curtain-pin']);
  await page.getByRole('button', { name: en.help }).click();
  const notice = { kind: 'waiting', keyPresent: true, notice: 'timed-out' } as const;
  await show(page, station, curtain(notice));
  await expect(page.getByRole('heading', { name: en.help })).toBeVisible();
  await page.getByRole('button', { name: en.back }).click();
  await expect(page.getByRole('heading', { name: en.notice['timed-out'].title })).toBeVisible();
});

test('a name that nobody goes on with does not stay on the screen', async ({ open, page }) => {
  // The page's long waits, in the hand of the test.
  await page.addInitScript(() => {
    const due = new Map<number, () => void>();
    const { setTimeout: later, clearTimeout: never } = window;
    const set = (run: () => void, ms?: number) => {
      const id = later(run, ms);
      if (ms === 120_000) due.set(id, run);
      return id;
    };
    window.setTimeout = set as typeof later;
    window.clearTimeout = (id) => {
      due.delete(Number(id));
      never(id);
    };
    Reflect.set(window, '__due', due);
  });
  const { station } = await open(scenes['curtain-tap']);
  const waits = () =>
    page.evaluate(() => [...(Reflect.get(window, '__due') as Map<number, unknown>).keys()]);
  expect(await waits()).toEqual([]);
  await reach(page, station, { ...lost, type: 'Maria\tLo' });
  const [before = 0] = await waits();
  await type(page, 'p');
  const [after = 0] = await waits();
  // Each sign of life begins the time anew.
  expect(after).not.toBe(before);
  await page.evaluate(() => {
    for (const run of (Reflect.get(window, '__due') as Map<number, () => void>).values()) run();
  });
  await expect(page.getByRole('heading', { name: 'Tap your key' })).toBeVisible();
  await reach(page, station, lost);
  await expect(page.getByLabel('Last name')).toHaveValue('');
});

test('a key that answers closes the report', async ({ open }) => {
  const { page, station } = await open(scenes['curtain-tap']);
  await reach(page, station, lost);
  await show(page, station, curtain({ kind: 'reading', attempt: 1 }));
  await expect(page.getByRole('heading', { name: 'Reading your key' })).toBeVisible();
});
