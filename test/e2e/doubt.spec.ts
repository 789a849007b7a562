import { cp, rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { words as en } from '../../renderer/i18n/words/en.ts';
import { startDemo } from '../support/demo.ts';
import { until } from '../support/station.ts';

test('a server that was set back to yesterday: both logs are in doubt, work goes on, an approval settles the station’s', async () => {
  // The station asks for a receipt once a minute.
  test.setTimeout(600_000);
  const demo = await startDemo();
  const data = path.join(demo.data, 'server');
  const yesterday = path.join(demo.data, 'yesterday');
  const told = (type: string, times = 1) =>
    until(
      `${type} at the server`,
      async () =>
        (await demo.allEvents()).filter(({ event }) => event.type === type).length === times,
      90,
    );
  const sequenced = () =>
    until('every event in the tree', async () => {
      const checkpoint = await fetch(new URL('/v1/log/checkpoint', demo.stack.serverUrl));
      const [, size] = (await checkpoint.text()).split('\n');
      return Number(size) === (await demo.allEvents()).length;
    });
  try {
    const first = await demo.launch({ demoKeys: false });
    await told('ledger.witnessed');
    await first.agent.stop();
    await sequenced();
    await demo.stack.killServer();
    await cp(data, yesterday, { recursive: true });
    await demo.stack.restartServer();

    // What the second start wrote is proven to the third, and the server forgets it.
    for (const times of [2, 3]) {
      const { agent } = await demo.launch({ demoKeys: false });
      await told('ledger.witnessed', times);
      await agent.stop();
      await sequenced();
    }
    await demo.stack.killServer();

    // More than the server has forgotten, so that its other tree grows past the one that was seen.
    const { station } = await demo.launch({ demoKeys: false });
    await station.stepIs('waiting');
    for (const person of [demo.nurse, demo.physician, demo.nurse]) {
      await station.open(person);
      await (await station.bar()).getByRole('button', { name: en.bar.lock, exact: true }).click();
      await station.screenIs('curtain');
    }
    await rm(data, { recursive: true });
    await cp(yesterday, data, { recursive: true });
    await demo.stack.restartServer();

    const curtain = await station.curtain();
    await expect(curtain.getByText(en.marks.logDisputed)).toBeVisible({ timeout: 60_000 });
    await expect(curtain.getByRole('note')).toContainText(en.disputed);
    await expect(curtain.getByText(en.marks.ledgerRefused)).toBeVisible({ timeout: 90_000 });
    await station.open(demo.nurse);
    const bar = await station.bar();
    await expect(bar.getByText(en.marks.logDisputed)).toBeVisible();
    await expect(bar.getByText(en.marks.ledgerRefused)).toBeVisible();

    await demo.server('admin', 'station', 'approve-epoch', 'Ward 3, room 12');
    await expect(bar.getByText(en.marks.logDisputed)).toHaveCount(0, { timeout: 60_000 });
    // What the server forgot it cannot prove: that stays in doubt.
    await expect(bar.getByText(en.marks.ledgerRefused)).toBeVisible();
    await told('ledger.refused');
  } finally {
    await demo.stop();
  }
});
