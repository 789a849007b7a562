import { expect, test } from '@playwright/test';
import { words as en } from '../../renderer/i18n/words/en.ts';
import { type Demo, type StoredEvent, startDemo } from '../support/demo.ts';
import { until } from '../support/station.ts';

let demo: Demo;

test.beforeAll(async () => {
  demo = await startDemo();
});
test.afterAll(() => demo.stop());

const reports = async (count: number): Promise<readonly StoredEvent[]> =>
  until(`${count} reports at the server`, async () => {
    const found = (await demo.allEvents()).filter(({ event }) => event.type === 'key.reported');
    return found.length >= count && found;
  });

test('a lost key is reported at the curtain: a claim at the server, and the key opens as before', async () => {
  const { station } = await demo.launch({ demoKeys: false });
  await station.stepIs('waiting');
  const curtain = await station.curtain();
  const press = (name: string) => curtain.getByRole('button', { name, exact: true }).click();
  const report = async (givenName: string, familyName: string) => {
    await press(en.help);
    await press(en.helpPanel.lost.name);
    await press(en.helpPanel.report.button);
    await curtain.getByLabel(en.lost.givenName).fill(givenName);
    await curtain.getByLabel(en.lost.familyName).fill(familyName);
    await press(en.lost.report);
    await curtain.getByRole('heading', { name: en.lost.answer.reported.title }).waitFor();
    await press(en.lost.done);
  };

  const name = demo.nurse.name.split(' ');
  await report(name[0]?.toUpperCase() ?? '', name.slice(1).join(' '));
  await report('Nobody', 'Inthisplace');

  const [first, second] = await reports(2);
  expect(first?.verdict).toBe('verified');
  expect(first?.event).toMatchObject({ claimed: demo.nurse.id, detail: { match: 'one' } });
  expect(first?.event.member).toBeUndefined();
  expect(second?.event).toMatchObject({ detail: { match: 'none' } });
  expect(JSON.stringify(second)).not.toContain('Inthisplace');
  expect(second?.event).not.toHaveProperty('claimed');

  // A report is no revocation: the key that was found again opens until IT has been told.
  await station.open(demo.nurse);
});
