import { expect, test } from '@playwright/test';
import { type Demo, startDemo } from '../support/demo.ts';
import { type Station, until } from '../support/station.ts';

/** Each way out of a session that no button leads to: one event, and what must go is gone. */
let demo: Demo;
let station: Station;

async function begin(policy: Record<string, unknown>): Promise<void> {
  demo = await startDemo({ idleLockSeconds: 600, ...policy });
  ({ station } = await demo.launch({ demoKeys: false }));
  await station.stepIs('waiting');
}
test.afterEach(() => demo.stop());

const press = async (name: string) => {
  await (await station.bar()).getByRole('button', { name, exact: true }).click();
  await station.screenIs('curtain');
};
const note = async (instance = 0) =>
  (await station.clinicalApp('/chart', instance)).locator('textarea').first();
const charts = () =>
  station.app.evaluate(
    ({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().filter(({ webContents }) =>
        webContents.getURL().endsWith('/chart'),
      ).length,
  );
/** Of each change of a session what it was, whose, and why. */
const changes = async () =>
  (await demo.allEvents())
    .map(({ event }) => event)
    .filter(({ type }) => type.startsWith('session.'))
    .map(({ type, member, detail }) => [type, member, detail['cause']]);
const changesAre = (expected: readonly unknown[]) =>
  expect.poll(changes, { timeout: 30_000 }).toEqual(expected);

test('parked for too long: ended and destroyed; the next session begins with nothing', async () => {
  await begin({ parkedMinutes: 0.3 });
  const { nurse } = demo;
  await station.open(nurse);
  await (await note()).fill('half a sentence');
  await press('Switch');
  expect((await station.view()).parked).toHaveLength(1);
  await until('the end', async () => (await station.view()).parked.length === 0);
  expect(await charts()).toBe(0);
  await station.open(nurse);
  expect(await (await note()).inputValue()).toBe('');
  await changesAre([
    ['session.opened', nurse.id, undefined],
    ['session.parked', nurse.id, 'switch'],
    ['session.ended', nurse.id, 'parked-too-long'],
    ['session.opened', nurse.id, undefined],
  ]);
});

test('too old: ended and destroyed, on screen as behind the curtain', async () => {
  await begin({ sessionHours: 15 / 3600 });
  const { nurse } = demo;
  await station.open(nurse);
  await station.screenIs('curtain');
  expect(await charts()).toBe(0);
  await station.open(nurse);
  await note();
  expect(await charts()).toBe(1);
  await press('Lock');
  await until('the end', async () => (await station.view()).parked.length === 0);
  expect(await charts()).toBe(0);
  await changesAre([
    ['session.opened', nurse.id, undefined],
    ['session.ended', nurse.id, 'too-old'],
    ['session.opened', nurse.id, undefined],
    ['session.locked', nurse.id, 'button'],
    ['session.ended', nurse.id, 'too-old'],
  ]);
});

test('no room for another parked session: the oldest is ended and destroyed, the newer one is kept', async () => {
  await begin({ parkedSessions: 1 });
  const { nurse, physician } = demo;
  await station.open(nurse);
  await press('Switch');
  await station.open(physician);
  await (await note(1)).fill('half a sentence');
  await press('Switch');
  expect((await station.view()).parked).toHaveLength(1);
  expect(await charts()).toBe(1);
  await station.open(physician);
  expect(await (await note()).inputValue()).toBe('half a sentence');
  await changesAre([
    ['session.opened', nurse.id, undefined],
    ['session.parked', nurse.id, 'switch'],
    ['session.opened', physician.id, undefined],
    ['session.parked', physician.id, 'switch'],
    ['session.ended', nurse.id, 'evicted'],
    ['session.resumed', physician.id, undefined],
  ]);
});

test('the key is pulled, the system is locked, its clock jumps: locked, and resumed as it was', async () => {
  await begin({ lockOnKeyRemoval: true });
  const { nurse } = demo;
  // Into the session; the key goes back into the pocket, which locks it here.
  await station.open(nurse);
  await station.screenIs('curtain');
  await (await note()).fill('half a sentence');

  const stay = async () => {
    await demo.keys.insert(nurse.id);
    await station.stepIs('pin');
    await station.typePin(nurse.pin);
    await until('the touch', async () => (await demo.keys.state()).waitingForTouch);
    await demo.keys.touch();
    await station.screenIs('session');
  };
  await stay();
  // Linux has no such event: what Electron says on Windows and macOS.
  await station.app.evaluate(({ powerMonitor }) => void powerMonitor.emit('lock-screen'));
  await station.screenIs('curtain');
  await demo.keys.remove();
  await station.stepIs('waiting');

  await stay();
  await station.app.evaluate(() => {
    const now = Date.now.bind(Date);
    Date.now = () => now() - 3_600_000;
  });
  await station.screenIs('curtain');
  await until('the jump at the server', async () =>
    (await demo.allEvents()).some(
      ({ event }) =>
        event.type === 'clock.jumped' && Math.abs(Number(event.detail['ms']) + 3_600_000) < 1_000,
    ),
  );
  expect(await (await note()).inputValue()).toBe('half a sentence');
  await changesAre([
    ['session.opened', nurse.id, undefined],
    ['session.locked', nurse.id, 'key-removed'],
    ['session.resumed', nurse.id, undefined],
    ['session.locked', nurse.id, 'os-lock'],
    ['session.resumed', nurse.id, undefined],
    ['session.locked', nurse.id, 'clock'],
  ]);
});
