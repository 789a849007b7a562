import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { startDemo } from '../support/demo.ts';
import { filesBelow, holding } from '../support/file-search.ts';
import { until } from '../support/station.ts';
import { wiretap } from '../support/wiretap.ts';

test('a PIN, right or wrong, and what is written into an app, are in no file and on no wire', async () => {
  const demo = await startDemo();
  const { nurse } = demo;
  const wrong = '730519';
  const note = 'Zirkonia sampling at dusk';
  const tap = await wiretap(demo.stack.serverUrl, path.join(demo.data, 'wire'));
  const config = path.join(demo.data, 'station.json');
  const settings = JSON.parse(await readFile(config, 'utf8')) as object;
  await writeFile(config, JSON.stringify({ ...settings, serverUrl: tap.url }));
  try {
    const { agent, station } = await demo.launch();
    await station.stepIs('waiting');
    await demo.keys.insert(nurse.id);
    await station.stepIs('pin');
    await station.typePin(wrong);
    await until('the refusal', async () => {
      const { screen } = await station.view();
      return (
        screen.kind === 'curtain' && screen.step.kind === 'pin' && screen.step.mismatches === 1
      );
    });
    await demo.keys.remove();
    await station.stepIs('waiting');
    await station.open(nurse);
    await (await station.clinicalApp('/chart')).locator('textarea').first().fill(note);
    await until('the access at the server', async () =>
      (await demo.allEvents()).some(({ event }) => event.type === 'session.opened'),
    );
    await agent.stop();
    await tap.close();

    const files = await filesBelow(demo.data);
    // The search reaches what it is about, and would find what is there.
    expect(files.some((file) => file.endsWith('journal.sqlite'))).toBe(true);
    expect(files.some((file) => file.endsWith('agent.log'))).toBe(true);
    expect(await holding(demo.data, 'auth.refused')).toContain('wire');
    expect(await holding(demo.data, wrong)).toEqual([]);
    expect(await holding(demo.data, nurse.pin)).toEqual([]);
    expect(await holding(demo.data, note)).toEqual([]);

    // The access proof is in the server's records and sealed in the station's journal.
    const [opened] = (await demo.allEvents()).filter(
      ({ event }) => event.type === 'session.opened',
    );
    const session = opened?.event.session ?? '';
    const places = await holding(demo.data, session);
    expect(places.some((place) => place.startsWith('server'))).toBe(true);
  } finally {
    await demo.stop();
  }
});
