import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Page, expect, test } from '@playwright/test';
import { words as en } from '../../renderer/i18n/words/en.ts';
import { startDemo } from '../support/demo.ts';

const row = (curtain: Page, name: string) =>
  curtain.getByRole('listitem').filter({ has: curtain.getByText(name, { exact: true }) });

/** What the connection test says at a station that could not start: what it has seen, and no more. */
async function looksAround(curtain: Page, sealed: string): Promise<void> {
  // Nobody asks the server, so nobody waits for it.
  await expect(curtain.getByText(en.link.connecting, { exact: true })).toHaveCount(0);
  await curtain.getByRole('button', { name: en.checks.open }).click();
  const finds = (name: string, says: string) =>
    expect(row(curtain, name)).toContainText(says, { timeout: 30_000 });
  await finds(en.checks.name.server, en.checks.finding['server-good']);
  await finds(en.checks.name.station, en.checks.finding['after-start']);
  await finds(en.checks.name.directory, en.checks.finding['after-start']);
  await finds(en.checks.name.keys, en.checks.finding['keys-none']);
  await finds(en.checks.name.idle, en.checks.finding['idle-good']);
  await finds(en.checks.sealed.name, sealed);
  await expect(curtain.getByText(en.checks.wanting_zero)).toHaveCount(0);
}

test('where nothing seals the log’s key the station opens for nobody, and its test says that', async () => {
  const demo = await startDemo();
  try {
    const file = path.join(demo.data, 'station.json');
    const config = JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
    await writeFile(file, JSON.stringify({ ...config, allowUnsealed: false }));
    const { station } = await demo.launch({ demoKeys: false });
    const curtain = await station.curtain();
    await curtain.getByRole('heading', { name: en.stop.unsealed.title }).waitFor();
    await looksAround(curtain, en.checks.sealed.missing);
  } finally {
    await demo.stop();
  }
});

test('a pairing that cannot be read keeps the station shut and says that waiting will not mend it', async () => {
  const demo = await startDemo();
  try {
    const folder = path.join(demo.data, 'station');
    await mkdir(folder, { recursive: true });
    await writeFile(path.join(folder, 'pairing.json'), '{');
    const { station } = await demo.launch({ demoKeys: false });
    const curtain = await station.curtain();
    await curtain.getByRole('heading', { name: en.stop.fault.title }).waitFor();
    await expect(curtain.getByText('waiting will not mend it')).toBeVisible();
    await looksAround(curtain, en.checks.finding['after-start']);
  } finally {
    await demo.stop();
  }
});
