import { expect, test } from '@playwright/test';
import { startDemo } from '../support/demo.ts';
import { until } from '../support/station.ts';

test('within the grace of policy a touch resumes, the server takes it for that; afterwards the PIN is asked for', async () => {
  const demo = await startDemo({ graceSeconds: 40 });
  try {
    const { station } = await demo.launch();
    const lock = async () =>
      (await station.bar()).getByRole('button', { name: 'Lock', exact: true }).click();
    await station.stepIs('waiting');
    await station.open(demo.nurse);
    const begun = Date.now();
    const { screen } = await station.view();
    await lock();
    await station.stepIs('waiting');

    await demo.keys.insert(demo.nurse.id);
    await station.stepIs('tap');
    const curtain = await station.curtain();
    await expect(curtain.getByRole('heading', { name: 'Touch your key, Maria L.' })).toBeVisible();
    await demo.keys.touch();
    await station.screenIs('session');
    expect((await station.view()).screen).toMatchObject({
      session: screen.kind === 'session' ? screen.session : '',
    });
    await demo.keys.remove();
    const tapped = await until('the access at the server', async () =>
      (await demo.allEvents()).find(({ event }) => event.type === 'session.resumed'),
    );
    expect(tapped).toMatchObject({ verdict: 'verified', event: { detail: { cause: 'grace' } } });

    await lock();
    await station.stepIs('waiting');
    await until('the end of the grace', () => Date.now() - begun > 41_000, 60);
    await demo.keys.insert(demo.nurse.id);
    await station.stepIs('pin');
  } finally {
    await demo.stop();
  }
});
