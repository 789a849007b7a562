import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test as base, type Page } from '@playwright/test';
import { demoPeople } from '../../demo/practice.mjs';
import { flaws } from '../support/axe.ts';
import { startSimulator } from '../support/simulator.ts';

declare global {
  interface Window {
    __documentId: string;
  }
}

const program = path.resolve(import.meta.dirname, '../../demo/clinical-app/serve.mjs');

const test = base.extend<{
  clinicalApp: string;
  simulator: Awaited<ReturnType<typeof startSimulator>>;
}>({
  clinicalApp: async ({ page }, use) => {
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') problems.push(message.text());
    });
    const child = spawn(process.execPath, [program, '--port', '0'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    const ready: { ready: boolean; port: number } = JSON.parse(String(line));
    expect(ready.ready).toBe(true);
    await use(`http://127.0.0.1:${ready.port}`);
    child.kill();
    expect(problems).toEqual([]);
  },
  simulator: async ({ page }, use) => {
    await page.setViewportSize({ width: 420, height: 760 });
    const simulator = await startSimulator(demoPeople);
    await use(simulator);
    await simulator.stop();
  },
});

const noViolations = async (page: Page): Promise<void> => {
  expect(await flaws(page)).toEqual([]);
};

for (const [name, field, button] of [
  ['chart', 'Nursing note', 'File note'],
  ['medication', 'Remark on this round', 'Close the round'],
  ['labs', 'Comment', 'File comment'],
] as const) {
  test(`${name}: what was typed stays in this document and is written nowhere`, async ({
    page,
    clinicalApp,
  }) => {
    const entry = page.getByRole('textbox', { name: field });
    await page.goto(`${clinicalApp}/${name}`);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Okafor, Ruth');
    await expect(page.getByText('sample patient, not a real person')).toBeVisible();
    const id = await page.evaluate(() => window.__documentId);
    expect(id).toMatch(/^[0-9a-f]{16}$/);
    await expect(page.getByText(`document ${id.slice(0, 4)}…`)).toBeVisible();

    await entry.fill('Skin warm. Daughter visited.');
    await page.getByRole('link', { name: /T\. Moreau/ }).click();
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Moreau, Théo');
    await expect(entry).toHaveValue('');
    await page.getByRole('link', { name: /R\. Okafor/ }).click();
    await expect(entry).toHaveValue('Skin warm. Daughter visited.');
    expect(await page.evaluate(() => window.__documentId)).toBe(id);
    expect(await page.evaluate(() => localStorage.length + sessionStorage.length)).toBe(0);
    await noViolations(page);

    await page.getByRole('button', { name: button }).click();
    await expect(page.getByRole('listitem').filter({ hasText: 'Daughter visited' })).toBeVisible();
    await expect(entry).toHaveValue('');

    await page.reload();
    expect(await page.evaluate(() => window.__documentId)).not.toBe(id);
    await expect(entry).toHaveValue('');
  });
}

test('Demo keys: inserts, tells what to do, pulls, by keyboard', async ({ page, simulator }) => {
  await page.goto(`http://127.0.0.1:${simulator.http}/`);
  const step = page.locator('[aria-current=step]');
  await expect(page.getByText('SIMULATION')).toBeVisible();
  await expect(step).toContainText('Insert somebody’s key');
  for (const { name, pin } of demoPeople) {
    await expect(page.getByRole('listitem').filter({ hasText: name })).toContainText(pin);
  }

  await page.keyboard.press('Tab');
  await expect(page.getByRole('button', { name: 'Insert Maria Lopez’s key' })).toBeFocused();
  await page.keyboard.press('Enter');
  await expect(step).toContainText('Type PIN 482915 on the kiosk');
  await expect(page.getByRole('button', { name: 'Touch: Maria Lopez’s key' })).toBeFocused();
  await noViolations(page);

  // One key at a time: another person's takes its place.
  await page.getByRole('button', { name: 'Insert Dr. Chen Wei’s key' }).click();
  await expect(step).toContainText('Type PIN 736208 on the kiosk');
  await page.getByRole('button', { name: 'Pull Dr. Chen Wei’s key' }).click();
  await expect(step).toContainText('Insert somebody’s key');
});

test('Demo keys: says when the simulation has ended', async ({ page, simulator }) => {
  await page.goto(`http://127.0.0.1:${simulator.http}/`);
  await page.getByRole('button', { name: 'Quit demo' }).click();
  await expect(page.getByText('End the demo and close the kiosk?')).toBeVisible();
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Quit demo' }).click();
  await page.getByRole('button', { name: 'End it' }).click();
  await expect(page.getByText('The demo is ending.')).toBeVisible();
  await expect
    .poll(() =>
      fetch(`http://127.0.0.1:${simulator.http}/state`).then(
        () => 'up',
        () => 'down',
      ),
    )
    .toBe('down');
});
