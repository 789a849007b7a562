import { expect, test } from '@playwright/test';
import { words as en } from '../../renderer/i18n/words/en.ts';
import { startDemo } from '../support/demo.ts';
import { smallDisk } from '../support/small-disk.ts';
import { until } from '../support/station.ts';

test('an administrator’s key ends the kiosk, nobody else’s; the next start is locked', async () => {
  const demo = await startDemo();
  const administrator = demo.stack.people.find(({ role }) => role === 'IT administrator');
  try {
    if (!administrator) throw new Error('nobody in the demo practice is an administrator');
    const { agent, station } = await demo.launch({ demoKeys: false });
    await station.stepIs('waiting');
    await station.open(demo.nurse);
    const bar = await station.bar();
    const closeButton = bar.getByRole('button', { name: 'Close…' });
    await expect(bar.getByRole('heading', { name: 'Maria Lopez' })).toBeVisible();
    await expect(closeButton).toHaveCount(0);
    // Not only hidden: a page that asks for it all the same gets nothing.
    await bar.evaluate('station.close()');
    expect((await station.view()).screen.kind).toBe('session');
    await bar.getByRole('button', { name: 'Switch', exact: true }).click();
    await station.screenIs('curtain');
    await bar.evaluate('station.close()');

    await station.open(administrator);
    await closeButton.click();
    await bar.getByRole('button', { name: 'Cancel' }).click();
    await expect(bar.getByRole('alertdialog')).toHaveCount(0);
    expect((await station.view()).screen.kind).toBe('session');

    const end = new Promise((resolve) => {
      agent.app.process().once('exit', (code, signal) => resolve(code ?? signal));
    });
    await closeButton.click();
    await bar.getByRole('button', { name: 'Close it' }).click();
    expect(await end).toBe(10);
    const told = await until('the end at the server', async () => {
      const events = (await demo.allEvents()).map(({ event }) => event);
      return events.some(({ type }) => type === 'station.stopped') && events;
    });
    const ends = told.filter(({ type }) => type === 'session.ended' || type === 'station.stopped');
    expect(ends.map(({ type, member, detail }) => [type, member, detail['cause']])).toEqual([
      ['session.ended', demo.nurse.id, 'closed'],
      ['session.ended', administrator.id, 'closed'],
      ['station.stopped', administrator.id, 'closed'],
    ]);

    const next = await demo.launch({ demoKeys: false });
    await next.station.stepIs('waiting');
    await until('an orderly start', async () =>
      (await demo.allEvents()).some(
        ({ event }) => event.type === 'station.started' && event.boot !== told.at(-1)?.boot,
      ),
    );
  } finally {
    await demo.stop();
  }
});

test('on a full disk it does not close and says why; the system ends it, and the next start tells of it', async () => {
  const demo = await startDemo();
  const disk = smallDisk(128 * 1024 * 1024);
  try {
    const administrator = demo.stack.people.find(({ role }) => role === 'IT administrator');
    if (!administrator) throw new Error('nobody in the demo practice is an administrator');
    const place = { demoKeys: false, env: { WARDLOCK_DATA: disk.folder } };
    const { agent, station } = await demo.launch(place);
    await station.stepIs('waiting');
    await station.open(administrator);
    const { session } = await until('the session at the server', async () =>
      (await demo.allEvents())
        .map(({ event }) => event)
        .find(({ type }) => type === 'session.opened'),
    );
    const bar = await station.bar();
    await bar.getByRole('button', { name: en.bar.close }).click();
    disk.fill(0);
    await bar.getByRole('button', { name: en.bar.closeYes }).click();
    const curtain = await station.curtain();
    await expect(curtain.getByRole('heading', { name: en.stop.journal.title })).toBeVisible();
    await expect(curtain.getByText(en.stop.journal.text)).toBeVisible();
    const child = agent.app.process();
    expect(child.exitCode).toBeNull();

    const end = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve(code ?? signal));
    });
    child.kill('SIGTERM');
    expect(await end).toBe(0);
    disk.free();
    await demo.launch(place);
    const told = await until('the start after it', async () => {
      const events = (await demo.allEvents()).map(({ event }) => event);
      return events.some(({ type }) => type === 'station.recovered') && events;
    });
    expect(told.filter(({ type }) => type === 'session.lost')).toMatchObject([{ session }]);
    expect(told.filter(({ type }) => type === 'station.stopped')).toEqual([]);
  } finally {
    await demo.stop();
    disk.remove();
  }
});
