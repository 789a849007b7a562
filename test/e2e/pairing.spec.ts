import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type Page, expect, test } from '@playwright/test';
import { words as en } from '../../renderer/i18n/words/en.ts';
import { type Demo, startDemo } from '../support/demo.ts';

let demo: Demo;
let code: string;

test.beforeAll(async () => {
  demo = await startDemo();
  // As an administrator leaves a new station: it knows its server, and nothing else.
  const file = path.join(demo.data, 'station.json');
  const { pairingCode, ...config } = JSON.parse(await readFile(file, 'utf8')) as {
    readonly pairingCode: string;
  };
  code = pairingCode;
  await writeFile(file, JSON.stringify(config));
});
test.afterAll(() => demo.stop());

const field = (curtain: Page) => curtain.getByLabel(en.setup.code);

test('a new station is paired at its screen: a wrong code says so, the right one brings the curtain', async () => {
  const { station } = await demo.launch({ demoKeys: false });
  const curtain = await station.curtain();
  const pair = () => curtain.getByRole('button', { name: en.setup.pair, exact: true }).click();
  const heading = (name: string) => curtain.getByRole('heading', { name }).waitFor();
  await heading(en.setup.title);
  await expect(field(curtain)).toBeFocused();

  // Typed on the screen. The secret is one that the server never made, the fingerprint is its own.
  const [, fingerprint = ''] = code.split('.');
  for (const character of `${'A'.repeat(16)}${fingerprint}`) {
    await curtain.getByRole('button', { name: character, exact: true }).click();
  }
  await pair();
  await heading(en.setup.problem['pairing-code-unknown'].title);
  // The rail says what the answer has shown.
  await expect(curtain.getByText(en.link.connected, { exact: true })).toBeVisible();

  // The connection test says what is there already, and what waits for the pairing.
  await curtain.getByRole('button', { name: en.checks.open }).click();
  const row = (name: keyof typeof en.checks.name) =>
    curtain
      .getByRole('listitem')
      .filter({ has: curtain.getByText(en.checks.name[name], { exact: true }) });
  const finds = (name: keyof typeof en.checks.name, finding: keyof typeof en.checks.finding) =>
    expect(row(name)).toContainText(en.checks.finding[finding].replace(/[^.]*\{\{.*/, ''), {
      timeout: 30_000,
    });
  await finds('connection', 'connection-local');
  await finds('server', 'server-good');
  await expect(row('clock')).toContainText('In step with the server');
  await finds('station', 'after-pairing');
  await finds('directory', 'after-pairing');
  await finds('keys', 'keys-none');
  await finds('idle', 'idle-good');
  await curtain.getByRole('button', { name: en.back }).click();

  // On the keyboard, in small letters.
  await field(curtain).fill('');
  await field(curtain).pressSequentially(code.toLowerCase(), { delay: 40 });
  await curtain.keyboard.press('Enter');
  await station.stepIs('waiting');
  await station.open(demo.nurse);
  const types = (await demo.allEvents()).map(({ event }) => event.type);
  expect(types.slice(0, 2)).toEqual(['station.paired', 'station.started']);
});
