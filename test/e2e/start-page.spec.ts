import { expect, test } from '@playwright/test';
import { startDemo } from '../support/demo.ts';
import { startHostileApp } from '../support/hostile-app.ts';
import { until } from '../support/station.ts';

test('an app whose start page goes on by itself has not crashed', async () => {
  const app = await startHostileApp();
  const demo = await startDemo({}, { url: `${app.url}boot/`, hosts: app.hosts });
  try {
    const { station } = await demo.launch({ demoKeys: false });
    await station.stepIs('waiting');
    await station.open(demo.nurse);
    await until('the page behind the first', async () =>
      (await station.shown()).includes('/chart'),
    );
    await (await station.bar()).getByRole('button', { name: 'Sign out', exact: true }).click();
    const events = await until('the end at the server', async () => {
      const all = (await demo.allEvents()).map(({ event }) => event.type);
      return all.includes('session.ended') && all;
    });
    expect(events).toContain('app.opened');
    expect(events).not.toContain('app.crashed');
  } finally {
    await demo.stop();
    await app.stop();
  }
});
