import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { TestJournal, TestStation, makePractice, sendOverHttp } from '../contract/server-lab.ts';
import { serverCommand } from '../contract/server-process.ts';
import { startService } from '../../tools/service.mjs';

const bundle = path.resolve(import.meta.dirname, '../../out/server/index.mjs');

test('the console of a real server: the way in, and a sign-in as it happens', async ({ page }) => {
  const data = await mkdtemp(path.join(tmpdir(), 'wardlock-console-'));
  const { practice, keys } = makePractice();
  const [nurse] = keys;
  if (nurse === undefined) throw new Error('the demo has a nurse');
  const file = path.join(data, 'practice.json');
  await writeFile(file, JSON.stringify(practice));
  const seeded = await serverCommand('seed', '--data', data, '--file', file);
  expect(seeded).toMatchObject({ code: 0 });
  const code = await serverCommand(
    'pairing-code',
    '--data',
    data,
    '--group',
    'ICU North',
    '--approved',
  );
  const server = await startService('server', [bundle, 'serve', '--data', data, '--port', '0']);
  const { origin, href } = new URL(server.ready.consoleUrl);
  try {
    const problems: string[] = [];
    page.on('pageerror', (error) => problems.push(error.message));
    page.on('console', (message) => {
      if (/Content Security Policy/.test(message.text())) problems.push(message.text());
    });
    const heading = page.getByRole('heading', { level: 1 });

    await page.goto(origin);
    await expect(heading).toHaveText('This page opens with the address that the server prints.');

    await page.goto(href);
    await expect(heading).toHaveText('No station is paired yet.');
    expect(page.url()).toBe(`${origin}/`);

    const station = new TestStation(sendOverHttp(origin));
    expect(await station.pair(code.stdout.trim(), 'Bay 4')).toMatchObject({ status: 200 });
    const journal = new TestJournal(station.id);
    journal.append({ type: 'station.started' });
    journal.access(nurse);
    expect(await station.upload(journal.entries)).toMatchObject({ status: 200 });

    await expect(heading).toHaveText('Nothing needs you. Everything is quiet.');
    await expect(page.getByRole('region', { name: 'Stations' })).toContainText('Open, Maria Lopez');
    await expect(page.getByRole('row', { name: /Maria Lopez signed in/ })).toContainText(
      'Verified',
    );
    await expect(page.getByRole('img', { name: '1 so far' })).toBeVisible();

    // A forged record: kept, marked, and the first thing the page says.
    const forged = journal.craft({ type: 'app.crashed' }, { seq: 9 });
    await station.upload([forged]);
    await expect(heading).toHaveText('One record is disputed. Everything else is quiet.');

    await server.stop();
    await expect(heading).toContainText('The server cannot be reached.');
    expect(problems).toEqual([]);
  } finally {
    await server.kill();
    await rm(data, { recursive: true });
  }
});
