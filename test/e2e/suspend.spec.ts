import { expect, test } from '@playwright/test';
import { startDemo } from '../support/demo.ts';
import { startLogind } from '../support/logind.ts';
import { until } from '../support/station.ts';
import { throughMain } from '../support/through-main.ts';

test('the computer goes to sleep: locked before, locked after, and nothing is lost', async () => {
  const logind = await startLogind();
  const demo = await startDemo({ idleLockSeconds: 600 });
  try {
    const { station } = await demo.launch({ demoKeys: false, env: logind.env });
    await station.stepIs('waiting');
    await station.open(demo.nurse);
    const note = (await station.clinicalApp('/chart')).locator('textarea').first();
    await note.fill('half a sentence');

    const { run, stepIs, open } = throughMain(station.app, demo.keys);
    await logind.prepareForSleep(true);
    await stepIs('waiting');
    expect(await station.shown()).toEqual(['/curtain']);
    await logind.prepareForSleep(false);
    await stepIs('waiting');

    await open(demo.nurse);
    expect(await run('/chart', "document.querySelector('textarea').value")).toBe('half a sentence');
    const told = await until('the events', async () => {
      const stored = (await demo.allEvents()).filter(({ event }) =>
        event.type.startsWith('session.'),
      );
      return stored.at(-1)?.event.type === 'session.resumed' ? stored : undefined;
    });
    expect(told.map(({ event }) => [event.type, event.detail['cause']])).toEqual([
      ['session.opened', undefined],
      ['session.locked', 'suspend'],
      ['session.resumed', undefined],
    ]);
  } finally {
    await demo.stop();
    await logind.stop();
  }
});
