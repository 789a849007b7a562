import { afterEach, expect, it } from 'vitest';
import { type StationBench, stationBench } from '../../test/support/station-bench.ts';

let bench: StationBench | undefined;
const put = () => (bench = stationBench());
afterEach(() => bench?.remove());

const said = ({ app }: StationBench) => {
  const { screen } = app.view();
  return screen.kind === 'session' ? screen.told : 'curtain';
};

it('is said for a while; what wants a hand stays longer, and "printing" until there is an outcome', async () => {
  const station = put();
  const session = await station.enter(station.nurse);
  const saysFor = (ms: number) => {
    station.move();
    station.pass(ms);
    return said(station);
  };
  station.app.tell(session, 'printing');
  expect(saysFor(60_000)).toBe('printing');
  station.app.tell(session, 'printed');
  expect(saysFor(5_999)).toBe('printed');
  expect(saysFor(1)).toBeUndefined();
  station.app.tell(session, 'not-printed');
  expect(saysFor(14_999)).toBe('not-printed');
  // The time of what is said begins with it.
  station.app.tell(session, 'printed');
  expect(saysFor(5_999)).toBe('printed');
  expect(saysFor(1)).toBeUndefined();
});

it('the pages are told when it goes', async () => {
  const station = put();
  const session = await station.enter(station.nurse);
  station.app.tell(session, 'window');
  let views = 0;
  station.app.onView(({ screen }) => {
    if (screen.kind === 'session' && screen.told === undefined) views++;
  });
  station.windows.length = 0;
  station.app.heard();
  expect(station.windows).toEqual([`focus ${session}`]);
  expect(said(station)).toBeUndefined();
  expect(views).toBe(1);
  station.app.tell(session, 'window');
  station.move();
  station.pass(6_000);
  expect(views).toBeGreaterThan(1);
});

it.each([
  ['lock', (station: StationBench) => station.app.dispatch({ type: 'lock', cause: 'button' })],
  ['switch', (station: StationBench) => station.app.switchUser()],
  ['sign-out', (station: StationBench) => station.app.signOut()],
] as const)('%s takes it away, and the next member does not read it', async (_name, leave) => {
  const station = put();
  const session = await station.enter(station.nurse);
  station.app.tell(session, 'printed');
  leave(station);
  expect(said(station)).toBe('curtain');
  const other = await station.enter(station.physician);
  expect(said(station)).toBeUndefined();
  for (const told of ['printing', 'printed', 'not-printed', 'download'] as const)
    station.app.tell(session, told);
  expect(said(station)).toBeUndefined();
  station.app.tell(other, 'printing');
  expect(said(station)).toBe('printing');
});

it('what was not printed while its member was away is said when they are back, once, and to nobody else', async () => {
  const station = put();
  const session = await station.enter(station.nurse);
  station.app.tell(session, 'printing');
  station.app.switchUser();
  station.app.tell(session, 'not-printed');
  await station.enter(station.physician);
  expect(said(station)).toBeUndefined();
  station.app.switchUser();
  expect(await station.enter(station.nurse)).toBe(session);
  expect(said(station)).toBe('not-printed');
  station.app.heard();
  station.app.switchUser();
  await station.enter(station.nurse);
  expect(said(station)).toBeUndefined();
});

it('who leaves while it is said that something was not printed reads it again', async () => {
  const station = put();
  const session = await station.enter(station.nurse);
  station.app.tell(session, 'not-printed');
  station.pass(1_000);
  station.app.switchUser();
  await station.enter(station.physician);
  expect(said(station)).toBeUndefined();
  station.app.switchUser();
  await station.enter(station.nurse);
  expect(said(station)).toBe('not-printed');
});

it.each(['printing', 'not-printed'] as const)(
  'no refusal takes away "%s": a page may ask for it by itself',
  async (first) => {
    const station = put();
    const session = await station.enter(station.nurse);
    station.app.tell(session, first);
    for (const refused of ['print', 'download', 'window', 'link', 'file-chooser'] as const) {
      station.app.tell(session, refused);
      expect(said(station)).toBe(first);
    }
    station.app.tell(session, 'printed');
    expect(said(station)).toBe('printed');
    station.app.tell(session, 'download');
    expect(said(station)).toBe('download');
  },
);

it('what was said of one app is over once another comes to the front; what becomes of a print is not', async () => {
  const station = put();
  const session = await station.enter(station.nurse);
  for (const told of ['download', 'print-whole'] as const) {
    station.app.tell(session, told);
    station.app.selectApp('labs');
    expect(said(station)).toBeUndefined();
  }
  for (const told of ['printing', 'printed', 'not-printed'] as const) {
    station.app.tell(session, told);
    station.app.selectApp('chart');
    expect(said(station)).toBe(told);
  }
});

it('an app that is down is told of for as long as it is, also after a touch, a lock and other words', async () => {
  const station = put();
  const session = await station.enter(station.nurse);
  station.front.isDown = true;
  station.app.redraw();
  expect(said(station)).toBe('stopped');
  station.move();
  station.pass(60_000);
  station.app.heard();
  expect(said(station)).toBe('stopped');
  station.app.tell(session, 'printed');
  expect(said(station)).toBe('printed');
  station.move();
  station.pass(6_000);
  expect(said(station)).toBe('stopped');
  station.app.dispatch({ type: 'lock', cause: 'button' });
  expect(said(station)).toBe('curtain');
  await station.enter(station.nurse);
  expect(said(station)).toBe('stopped');
  station.front.isDown = false;
  station.app.selectApp('chart');
  expect(said(station)).toBeUndefined();
});
