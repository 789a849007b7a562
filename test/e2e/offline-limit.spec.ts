import { expect, test } from '@playwright/test';
import type { StationApi } from '../../preload/contract.ts';
import { words as en } from '../../renderer/i18n/words/en.ts';
import { type Demo, startDemo } from '../support/demo.ts';
import { until } from '../support/station.ts';

/** Eight seconds, so that the age is seen to pass it; the station looks at it once a minute. */
const LIMIT_DAYS = 0.0001;

let demo: Demo;
test.beforeAll(async () => {
  demo = await startDemo({ offlineDays: LIMIT_DAYS });
});
test.afterAll(() => demo.stop());

test('past the offline limit the station says so, opens for nobody, and opens again when the server is back', async () => {
  test.setTimeout(300_000);
  const { station } = await demo.launch({ demoKeys: false });
  await station.stepIs('waiting');
  await demo.stack.killServer();
  const { screen } = await until(
    'the offline limit',
    async () => {
      const view = await station.view();
      return view.screen.kind === 'curtain' && view.screen.step.kind === 'stopped' && view;
    },
    150,
  );
  expect(screen).toMatchObject({ step: { kind: 'stopped', stop: 'outdated' } });
  const curtain = await station.curtain();
  await curtain.getByRole('heading', { name: en.stop.outdated.title }).waitFor();

  // A key brings nothing on: no PIN is asked for, by itself or by hand.
  await demo.keys.insert(demo.nurse.id);
  await until('the station to know the key', () =>
    curtain.evaluate(async () => {
      const api = Reflect.get(window, 'station') as StationApi;
      return (await api.check('keys')).finding === 'keys-good';
    }),
  );
  await expect(curtain.getByRole('button', { name: en.start })).toHaveCount(0);
  await curtain.evaluate(() =>
    (window as unknown as { station: { start(): Promise<void> } }).station.start(),
  );
  expect((await station.view()).screen).toMatchObject({ step: { stop: 'outdated' } });
  await demo.keys.remove();

  await demo.stack.restartServer();
  await until(
    'the staff list to be confirmed',
    async () => {
      const view = await station.view();
      return view.screen.kind === 'curtain' && view.screen.step.kind === 'waiting';
    },
    60,
  );
});
