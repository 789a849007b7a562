import { expect, test as base, type Page } from '@playwright/test';
import type { Overview } from '../../common/wire.ts';
import { WCAG, flaws } from '../support/axe.ts';
import { startConsoleServer, type ConsoleServer } from './console-server.ts';
import { quietOverview, troubledOverview } from './sample-overview.ts';

/** Violations of the page's own policy, as the page sees them. */
declare global {
  interface Window {
    cspViolations: string[];
  }
}

const test = base.extend<{ server: ConsoleServer }>({
  server: async ({ page }, use) => {
    await page.addInitScript(() => {
      window.cspViolations = [];
      document.addEventListener('securitypolicyviolation', (event) => {
        window.cspViolations.push(`${event.effectiveDirective} ${event.blockedURI}`);
      });
    });
    const server = await startConsoleServer(quietOverview(new Date()));
    await use(server);
    await server.stop();
  },
});

const heading = (page: Page) => page.getByRole('heading', { level: 1 });

function withNewEvent(before: Overview): Overview {
  return {
    ...before,
    events: [
      {
        id: 24,
        at: new Date().toISOString(),
        type: 'session.parked',
        station: 'Bay 4',
        member: 'Maria Lopez',
        cause: 'switch',
        outcome: 'success',
        verdict: 'verified',
      },
      ...before.events,
    ],
  };
}

test('shows stations, accesses and events in words', async ({ page, server }) => {
  await page.goto(server.url);
  await expect(heading(page)).toHaveText('Nothing needs you. Everything is quiet.');
  await expect(page).toHaveTitle('Overview · Wardlock');

  const stations = page.getByRole('region', { name: 'Stations' });
  await expect(stations.getByRole('listitem').filter({ hasText: 'Bay 4' })).toContainText(
    'Open, Maria Lopez',
  );
  await expect(stations.getByRole('listitem').filter({ hasText: 'Desk' })).toContainText(
    'Locked, somebody parked',
  );

  const total = quietOverview(new Date()).accessesByHour.reduce((sum, n) => sum + n, 0);
  await expect(page.getByRole('img', { name: `${total} so far` })).toBeVisible();
  await page.getByText('The same as a table').click();
  await expect(page.getByRole('row', { name: '00:00 3' })).toBeVisible();

  const newest = page.getByRole('table').last().getByRole('row').nth(1);
  await expect(newest).toContainText('Maria Lopez resumed');
  await expect(newest).toContainText('Bay 4');
  await expect(newest).toContainText('Verified');
});

test('says first what is wrong', async ({ page, server }) => {
  // After midnight, what happened before it has a date.
  const noon = new Date();
  noon.setHours(12, 0);
  server.show(troubledOverview(noon));
  await page.goto(server.url);
  await expect(heading(page)).toHaveText(
    'One record is disputed. One recent access is unproven. Two stations are silent. Everything else is quiet.',
  );
  const needs = page.getByRole('region', { name: 'Needs you' });
  await expect(needs.getByRole('listitem')).toHaveCount(3);
  await expect(needs).toContainText(/Bay 3 since \d\d:\d\d and Hatch since/);
});

test('says in words why a record or an event is not as it should be', async ({ page, server }) => {
  server.show(troubledOverview(new Date()));
  await page.goto(server.url);
  const rows = page.getByRole('table').last().getByRole('row');
  for (const [code, said] of [
    ['signature', 'Unproven The signature is not of the member’s key. signature'],
    ['chain-fork', 'It does not continue the station’s log as the server has it. chain-fork'],
    ['clock-back', 'Verified Its time is before that of the record it follows. clock-back'],
  ] as const)
    await expect(rows.filter({ hasText: code })).toHaveAccessibleName(new RegExp(`${said}$`));
  for (const said of [
    'A staff list was refused, it was older than the one in use',
    'The station refused the server’s log, records of this station are missing in it',
    'The journal was recovered, the old one is gone',
  ])
    await expect(rows.filter({ hasText: said })).toBeVisible();
});

test('shows a new event without a reload', async ({ page, server }) => {
  await page.goto(server.url);
  const rows = page.getByRole('table').last().getByRole('row');
  await expect(rows.nth(1)).toContainText('Maria Lopez resumed');
  server.show(withNewEvent(quietOverview(new Date())));
  await expect(rows.nth(1)).toContainText(
    'Maria Lopez’s work was parked, another member took over',
  );
  await expect(rows.nth(2)).toContainText('Maria Lopez resumed');
});

test('says that the connection is lost and how old the page is, and comes back', async ({
  page,
  server,
}) => {
  await page.goto(server.url);
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await server.goAway();
  await expect(heading(page)).toHaveText(
    /The server cannot be reached\. This is how things stood at \d\d:\d\d\./,
  );
  await expect(page.getByText(/Connection lost, \d+ s old/)).toBeVisible();
  await expect(page.getByText('Maria Lopez resumed', { exact: true })).toBeVisible();
  await server.comeBack();
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  // The stream is alive again too, not only the request.
  server.show(withNewEvent(quietOverview(new Date())));
  await expect(page.getByText('Maria Lopez’s work was parked', { exact: true })).toBeVisible();
});

test('says how to get in without a sign-in', async ({ page, server }) => {
  server.answer(401);
  await page.goto(server.url);
  await expect(heading(page)).toHaveText(
    'This page opens with the address that the server prints.',
  );
  await expect(page.getByRole('table')).toHaveCount(0);
});

test('asks for a sign-in when the one it had is no longer good', async ({ page, server }) => {
  await page.goto(server.url);
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  server.answer(401);
  await server.goAway();
  await server.comeBack();
  await expect(heading(page)).toHaveText(
    'This page opens with the address that the server prints.',
  );
});

test('does not show what it cannot read, and shows again what it can', async ({ page, server }) => {
  server.showNonsense();
  await page.goto(server.url);
  await expect(heading(page)).toContainText('does not understand');
  server.show(quietOverview(new Date()));
  await expect(heading(page)).toHaveText('Nothing needs you. Everything is quiet.');
});

test('speaks the browser’s language and switches', async ({ browser, server }) => {
  const page = await browser.newPage({ locale: 'es-MX' });
  await page.goto(server.url);
  await expect(heading(page)).toHaveText('Nada le necesita. Todo está en calma.');
  await expect(page.locator('html')).toHaveAttribute('lang', 'es');
  await page.keyboard.press('Tab');
  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'English' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(heading(page)).toHaveText('Nothing needs you. Everything is quiet.');
  await page.close();
});

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [name, overview] of [
    ['quiet', quietOverview],
    ['troubled', troubledOverview],
  ] as const) {
    test(`breaks no accessibility rule and no policy: ${name}, ${colorScheme}`, async ({
      page,
      server,
    }) => {
      await page.emulateMedia({ colorScheme });
      server.show(overview(new Date()));
      await page.goto(server.url);
      await expect(page.getByText('Live', { exact: true })).toBeVisible();
      const night = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      expect(night).toBe(colorScheme === 'dark' ? 'rgb(10, 24, 22)' : 'rgb(252, 251, 247)');
      expect(await flaws(page, [...WCAG, 'wcag2aaa'])).toEqual([]);
      expect(await page.evaluate(() => window.cspViolations)).toEqual([]);
    });
  }
}

test('its policy forbids what it should', async ({ page, server }) => {
  await page.goto(server.url);
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  const ran = await page.evaluate(() => {
    const script = document.createElement('script');
    script.textContent = 'window.planted = true';
    document.head.append(script);
    return 'planted' in window;
  });
  expect(ran).toBe(false);
  await expect
    .poll(() => page.evaluate(() => window.cspViolations))
    .toEqual(['script-src-elem inline']);
});

test('fits at twice the text size without sideways scrolling', async ({ page, server }) => {
  server.show(troubledOverview(new Date()));
  await page.goto(server.url);
  await expect(page.getByText('Live', { exact: true })).toBeVisible();
  await page.setViewportSize({ width: 1280, height: 800 });
  const overflow = await page.evaluate(() => {
    document.documentElement.style.fontSize = '200%';
    return document.documentElement.scrollWidth - document.documentElement.clientWidth;
  });
  expect(overflow).toBe(0);
});

test('the word for now touches no bar of the chart, nor leaves it', async ({ page, server }) => {
  const busy = quietOverview(new Date());
  server.show({ ...busy, accessesByHour: Array.from({ length: 24 }, () => 150) });
  for (const hour of [0, 12, 20, 23]) {
    await page.clock.setFixedTime(new Date(2026, 10, 24, hour, 50));
    await page.goto(server.url);
    const word = page.locator('.chart text');
    await expect(word).toContainText(`${String(hour).padStart(2, '0')}:50`);
    const [label, chart] = [await word.boundingBox(), await page.locator('.chart').boundingBox()];
    if (label === null || chart === null) throw new Error('not drawn');
    for (const bar of await page.locator('.chart .bar').all()) {
      const { y = 0 } = (await bar.boundingBox()) ?? {};
      expect(label.y + label.height).toBeLessThanOrEqual(y);
    }
    expect(label.y).toBeGreaterThanOrEqual(chart.y);
    expect(label.x + label.width).toBeLessThanOrEqual(chart.x + chart.width);
  }
});
