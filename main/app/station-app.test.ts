import { afterEach, describe, expect, it } from 'vitest';
import { smallDisk } from '../../test/support/small-disk.ts';
import { type StationBench, benchGround, stationBench } from '../../test/support/station-bench.ts';
import { until } from '../../test/support/station.ts';
import { commandedStation } from './commanded.ts';

let bench: StationBench | undefined;
function put(...given: Parameters<typeof stationBench>): StationBench {
  bench = stationBench(...given);
  return bench;
}
afterEach(() => {
  bench?.remove();
  bench = undefined;
});

/** The events of sessions since a place in the journal: type, cause, session. */
const told = (station: StationBench, since: number) =>
  station
    .events()
    .slice(since)
    .filter(({ type }) => type.startsWith('session.'))
    .map(({ type, session, detail }) => ({ type, session, cause: detail['cause'] }));

type Way = readonly [name: string, go: (station: StationBench) => void, cause: string];

const locks: readonly Way[] = [
  ['the button', ({ app }) => app.dispatch({ type: 'lock', cause: 'button' }), 'button'],
  ['nobody there', ({ pass }) => pass(120_100), 'idle'],
  ['the key pulled, where policy wants it', ({ hand }) => hand.remove(), 'key-removed'],
  ['suspend', ({ app }) => app.dispatch({ type: 'lock', cause: 'suspend' }), 'suspend'],
  [
    'the system’s own lock',
    ({ app }) => app.dispatch({ type: 'lock', cause: 'os-lock' }),
    'os-lock',
  ],
  ['a display', ({ app }) => app.dispatch({ type: 'lock', cause: 'display' }), 'display'],
  ['the clock', ({ app }) => app.dispatch({ type: 'lock', cause: 'clock' }), 'clock'],
  ['the server', ({ app }) => app.remoteLock({ cause: 'remote' }), 'remote'],
  [
    'a tap at another station',
    ({ app, nurse }) => app.remoteLock({ cause: 'elsewhere', member: nurse.person }),
    'elsewhere',
  ],
  ['a dead key process', ({ hand }) => hand.crash(), 'fault'],
];

describe('out of an open session, to come back', () => {
  it.each(locks)('%s: covered, one event, the same session later', async (_name, go, cause) => {
    // A key process that died took no key out.
    const station = put({ lockOnKeyRemoval: cause === 'key-removed' || cause === 'fault' });
    const session = await station.enter(station.nurse, 'stays');
    const since = station.events().length;
    station.windows.length = 0;
    go(station);
    expect(station.windows).toEqual(
      // The warning was there before.
      cause === 'idle' ? ['overlay on', 'cover'] : ['cover'],
    );
    expect(told(station, since)).toEqual([{ type: 'session.locked', session, cause }]);
    expect(station.app.view().screen.kind).toBe('curtain');
    station.hand.remove();
    expect(await station.enter(station.nurse, 'stays')).toBe(session);
    expect(station.windows.slice(-1)).toEqual([`uncover ${session}`]);
    expect(station.windows.join(' ')).not.toMatch(/open|destroy/);
    expect(told(station, since).slice(1)).toEqual([
      { type: 'session.resumed', session, cause: undefined },
    ]);
  });

  it('a tap elsewhere of somebody who is not on screen locks nobody', async () => {
    const station = put();
    await station.enter(station.nurse);
    const since = station.events().length;
    station.app.remoteLock({ cause: 'elsewhere', member: station.physician.person });
    expect(station.app.view().screen.kind).toBe('session');
    expect(told(station, since)).toEqual([]);
  });

  it('until when it is kept is told of a parked session, and not of a locked one, which may be parked', async () => {
    const station = put();
    await station.enter(station.nurse);
    station.app.dispatch({ type: 'lock', cause: 'button' });
    expect(Object.keys(station.app.view().parked[0] ?? {})).toEqual(['id', 'name', 'since']);
    await station.enter(station.physician);
    station.app.dispatch({ type: 'lock', cause: 'button' });
    const [nurse, physician] = station.app.view().parked;
    expect(Date.parse(nurse?.until ?? '') - Date.parse(nurse?.since ?? '')).toBe(30 * 60_000);
    expect(physician?.until).toBeUndefined();
  });

  it('a switch parks; whoever comes next shares its correlation, and the first finds all again', async () => {
    const station = put();
    const first = await station.enter(station.nurse);
    const since = station.events().length;
    station.app.switchUser();
    const second = await station.enter(station.physician);
    station.app.dispatch({ type: 'lock', cause: 'button' });
    expect(await station.enter(station.nurse)).toBe(first);
    expect(told(station, since)).toEqual([
      { type: 'session.parked', session: first, cause: 'switch' },
      { type: 'session.opened', session: second, cause: undefined },
      { type: 'session.locked', session: second, cause: 'button' },
      { type: 'session.parked', session: second, cause: 'switch' },
      { type: 'session.resumed', session: first, cause: undefined },
    ]);
    const [parked, opened, , displaced, resumed] = station
      .events()
      .slice(since)
      .map(({ correlation }) => correlation);
    expect(parked).toBeDefined();
    expect(opened).toBe(parked);
    expect(displaced).toBeDefined();
    expect(resumed).toBe(displaced);
    expect(displaced).not.toBe(parked);
  });
});

const ends: readonly Way[] = [
  ['signing out', ({ app }) => app.signOut(), 'sign-out'],
  ['signed out by the server', ({ app }) => app.signOut('remote'), 'remote'],
  [
    'its overall age',
    (station) => {
      // Somebody is there all the time.
      for (let minute = 0; minute < 12 * 60; minute++) {
        station.move();
        station.pass(60_000);
      }
    },
    'too-old',
  ],
  [
    'a member who is no longer active',
    (station) => station.setDirectory({ inactive: station.nurse }),
    'member-inactive',
  ],
  [
    'a key that was revoked',
    (station) => station.setDirectory({ revoked: station.nurse }),
    'key-revoked',
  ],
  ['the end of the agent', ({ app }) => app.shutdown(), 'shutdown'],
];

describe('out of an open session, for good', () => {
  it.each(ends)('%s: covered, one event, destroyed', async (_name, go, cause) => {
    const station = put();
    const session = await station.enter(station.nurse);
    const since = station.events().length;
    station.windows.length = 0;
    go(station);
    expect(station.windows).toEqual(['cover', `destroy ${session}`]);
    expect(told(station, since)).toEqual([{ type: 'session.ended', session, cause }]);
    expect(station.app.view().parked).toEqual([]);
    if (cause !== 'sign-out' && cause !== 'remote' && cause !== 'too-old') return;
    const next = await station.enter(station.nurse);
    expect(next).not.toBe(session);
    expect(told(station, since).at(-1)).toMatchObject({ type: 'session.opened', session: next });
  });
});

const heldEnds: readonly Way[] = [
  ['its time in the park', ({ pass }) => pass(30 * 60_000), 'parked-too-long'],
  ...ends.filter(([, , cause]) => cause.endsWith('inactive') || cause.endsWith('revoked')),
];

describe('the end of a parked session', () => {
  it.each(heldEnds)('%s: one event, destroyed, the other goes on', async (_name, go, cause) => {
    const station = put({ idleLockSeconds: 900 });
    const session = await station.enter(station.nurse);
    station.app.switchUser();
    const other = await station.enter(station.physician);
    const since = station.events().length;
    station.windows.length = 0;
    go(station);
    expect(station.windows.filter((what) => what.startsWith('destroy'))).toEqual([
      `destroy ${session}`,
    ]);
    expect(told(station, since).filter((event) => event.session === session)).toEqual([
      { type: 'session.ended', session, cause },
    ]);
    if (cause !== 'parked-too-long') expect(station.app.onScreen).toBe(other);
  });

  it('one more than policy has room for: the oldest goes, as its member’s place is taken', async () => {
    const station = put({ parkedSessions: 0 });
    const session = await station.enter(station.nurse);
    const since = station.events().length;
    station.app.switchUser();
    expect(told(station, since)).toEqual([
      { type: 'session.parked', session, cause: 'switch' },
      { type: 'session.ended', session, cause: 'evicted' },
    ]);
    expect(station.windows.slice(-2)).toEqual(['cover', `destroy ${session}`]);
  });
});

describe('a new policy', () => {
  it('with room for fewer ends the oldest of those that are parked', async () => {
    const station = put();
    const session = await station.enter(station.nurse);
    station.app.switchUser();
    const other = await station.enter(station.physician);
    const since = station.events().length;
    station.setDirectory({ rules: { parkedSessions: 0 } });
    expect(told(station, since)).toEqual([{ type: 'session.ended', session, cause: 'evicted' }]);
    expect(station.windows.at(-1)).toBe(`destroy ${session}`);
    expect(station.app.onScreen).toBe(other);
  });
});

describe('on a full disk', () => {
  async function opened() {
    const disk = smallDisk(4 * 1024 * 1024);
    const station = put({}, benchGround(disk));
    const session = await station.enter(station.nurse, 'stays');
    return { disk, station, session, since: station.events().length };
  }

  it('what could not be written is told later, with the time when it was', async () => {
    const { disk, station, session, since } = await opened();
    disk.fill(0);
    station.app.dispatch({ type: 'lock', cause: 'button' });
    expect(station.events()).toHaveLength(since);
    station.pass(60_000);
    disk.free();
    station.pass(2_000);
    station.app.note({ type: 'app.opened', outcome: 'success', detail: {} });
    const [locked, next] = station.events().slice(since);
    expect(locked).toMatchObject({ type: 'session.locked', session, detail: { cause: 'button' } });
    expect((next?.mono ?? 0) - (locked?.mono ?? 0)).toBe(62_000);
    expect(Date.parse(next?.at ?? '') - Date.parse(locked?.at ?? '')).toBe(62_000);
  });

  it('a session that is covered while it opens stays covered', async () => {
    const disk = smallDisk(4 * 1024 * 1024);
    const station = put({}, benchGround(disk));
    station.world.opening = (session) => {
      disk.fill(0);
      station.app.noteOf(session, { type: 'app.opened', outcome: 'success', detail: {} });
    };
    station.hand.insert(station.nurse);
    await station.settled();
    station.app.submitPin(new TextEncoder().encode('246810'));
    await until(
      'the stop',
      () =>
        station.app.view().screen.kind === 'curtain' && station.reports.includes('journal:full'),
    );
    expect(station.windows.at(-1)).toBe('cover');
    expect(station.app.view().screen).toMatchObject({ step: { kind: 'stopped', stop: 'journal' } });
  });

  it('nobody is accused because the key’s counter could not be kept', async () => {
    const { disk, station, since } = await opened();
    station.app.dispatch({ type: 'lock', cause: 'button' });
    station.hand.remove();
    disk.fill(0);
    station.hand.insert(station.nurse);
    await station.settled();
    station.app.submitPin(new TextEncoder().encode('246810'));
    await until('the refusal', () => station.reports.includes('verify:threw'));
    expect(station.app.view().screen).toMatchObject({ step: { notice: 'not-recorded' } });
    disk.free();
    station.pass(2_000);
    expect(
      station
        .events()
        .slice(since)
        .map(({ type }) => type),
    ).toEqual(['session.locked']);
  });
});

describe('an order of the server at the curtain', () => {
  it.each(['lock', 'signOut'] as const)('%s ends what was under way there', async (order) => {
    const station = put();
    station.hand.insert(station.nurse, 0, 'untouched');
    await station.settled();
    station.app.submitPin(new TextEncoder().encode('246810'));
    await station.settled();
    expect(station.app.view().screen).toMatchObject({ step: { kind: 'touch' } });
    expect(commandedStation(station.app, () => false)[order]()).toBe(false);
    expect(station.app.view().screen).toMatchObject({ kind: 'curtain', step: { kind: 'waiting' } });
    expect(station.hand.asked.at(-1)?.kind).toBe('cancel');
  });
});

describe('the whole agent', () => {
  it('tells after a crash what was lost, once, and opens for nobody by itself', async () => {
    const station = put();
    const session = await station.enter(station.nurse);
    station.crash();
    const again = stationBench({}, station.ground);
    bench = again;
    const lost = again.events().filter(({ type }) => type === 'session.lost');
    expect(lost.map(({ session: id, detail }) => [id, detail])).toEqual([
      [session, { cause: 'crash' }],
    ]);
    expect(again.app.view().screen).toMatchObject({ kind: 'curtain', step: { kind: 'waiting' } });
    again.crash();
    bench = stationBench({}, station.ground);
    expect(bench.events().filter(({ type }) => type === 'session.lost')).toHaveLength(1);
  });
});

const over = ({ app }: StationBench) => {
  const { screen } = app.view();
  return screen.kind === 'session' ? screen.over : screen.kind;
};

it('as policy begins: a warning after 100 s without anybody, the curtain after 120 s', async () => {
  const station = put();
  await station.enter(station.nurse, 'stays');
  station.windows.length = 0;
  station.move();
  station.pass(99_900);
  expect(station.windows).toEqual([]);
  station.pass(200);
  expect(station.windows).toEqual(['overlay on']);
  expect(over(station)).toEqual({ kind: 'idle', warningSeconds: 20 });
  expect(station.app.view().screen).toMatchObject({ secondsToLock: 20, lockSeconds: 120 });

  station.pass(19_000);
  station.move();
  station.pass(200);
  expect(station.windows).toEqual(['overlay on', 'overlay off']);
  station.windows.length = 0;
  station.pass(119_700);
  expect(station.windows).toEqual(['overlay on']);
  station.pass(200);
  expect(station.windows).toEqual(['overlay on', 'cover']);
});

it('offline it tells how old the directory is that it works from', async () => {
  const station = put();
  station.pass(60_000);
  station.app.setLink({ kind: 'offline', since: 50_000 });
  expect(station.app.view().link).toEqual({
    kind: 'offline',
    since: '1970-01-01T00:00:50.000Z',
    waiting: station.events().length,
    directoryAt: '1970-01-01T00:00:00.000Z',
  });
});

describe('a key that appears during an open session', () => {
  it('covers it neutrally, then says whose key it is, and is let go of', async () => {
    const station = put();
    await station.enter(station.nurse);
    station.app.switchUser();
    await station.enter(station.physician);
    station.hand.asked.length = 0;

    station.hand.insert(station.nurse);
    expect(station.windows.at(-1)).toBe('overlay on');
    expect(over(station)).toEqual({ kind: 'key' });
    await station.settled();
    expect(over(station)).toEqual({ kind: 'key', owner: { kind: 'other', name: 'Maria L.' } });
    expect(station.hand.asked.map(({ kind }) => kind)).toEqual(['begin', 'cancel']);

    station.app.stay();
    expect(station.windows.at(-1)).toBe('overlay off');
    station.hand.remove();
    station.hand.insert(station.physician);
    await station.settled();
    expect(over(station)).toEqual({ kind: 'key', owner: { kind: 'own' } });
    expect(station.hand.asked.some(({ kind }) => kind === 'pin')).toBe(false);
  });

  it('is not named where policy hides names, and goes with its key', async () => {
    const station = put({ showParkedNames: false });
    await station.enter(station.nurse);
    station.app.switchUser();
    await station.enter(station.physician);
    station.hand.insert(station.nurse);
    await station.settled();
    expect(over(station)).toEqual({ kind: 'key' });
    station.hand.remove();
    expect(over(station)).toEqual({ kind: 'nothing' });
  });

  it('tells where a switch would end the session: policy parks none', async () => {
    const station = put({ parkedSessions: 0 });
    await station.enter(station.nurse);
    station.hand.insert(station.physician);
    expect(over(station)).toEqual({ kind: 'key', endsSession: true });
    await station.settled();
    expect(over(station)).toEqual({ kind: 'key', endsSession: true });
    station.hand.remove();
    station.hand.insert(station.nurse);
    await station.settled();
    expect(over(station)).toEqual({ kind: 'key', owner: { kind: 'own' } });
  });

  it('is not asked beside another: it would have to be touched', async () => {
    const station = put();
    await station.enter(station.nurse, 'stays');
    station.hand.asked.length = 0;
    station.hand.insert(station.physician, 1);
    await station.settled();
    expect(over(station)).toEqual({ kind: 'key' });
    expect(station.hand.asked).toEqual([]);
  });

  it('takes the place of the idle warning, and its sheet stays until the curtain', async () => {
    const station = put();
    await station.enter(station.nurse);
    station.pass(110_000);
    expect(over(station)).toMatchObject({ kind: 'idle' });
    station.hand.insert(station.physician);
    await station.settled();
    station.pass(9_000);
    expect(over(station)).toMatchObject({ kind: 'key' });
    station.pass(1_100);
    expect(over(station)).toBe('curtain');
  });

  it('is nobody: one with a loose contact, that comes and goes, puts no lock off', async () => {
    const station = put();
    await station.enter(station.nurse);
    for (let time = 0; time < 13; time++) {
      station.hand.insert(station.physician);
      station.pass(5_000);
      station.hand.remove();
      station.pass(5_000);
    }
    expect(over(station)).toBe('curtain');
    expect(station.events().at(-1)).toMatchObject({
      type: 'session.locked',
      detail: { cause: 'idle' },
    });
  });

  it('chosen for a switch it goes on to its PIN', async () => {
    const station = put();
    await station.enter(station.nurse);
    station.hand.insert(station.physician);
    await station.settled();
    station.app.switchUser();
    await station.settled();
    expect(station.app.view().screen).toMatchObject({ kind: 'curtain', step: { kind: 'pin' } });
  });
});

it('shows that the ledger is not believed, and goes on', async () => {
  const station = put();
  await station.enter(station.nurse, 'stays');
  station.app.setLedgerRefused(true);
  expect(station.app.view()).toMatchObject({ ledgerRefused: true, screen: { kind: 'session' } });
  station.app.setLedgerRefused(false);
  expect(station.app.view().ledgerRefused).toBe(false);
});

describe('closing Wardlock', () => {
  it('is an administrator’s: everything ends, with one event that names them', async () => {
    const station = put();
    const parked = await station.enter(station.nurse);
    station.app.switchUser();
    station.setDirectory({ administrator: station.physician });
    const own = await station.enter(station.physician);
    const since = station.events().length;
    station.windows.length = 0;
    station.app.close();
    expect(station.windows).toEqual(['cover', `destroy ${parked}`, `destroy ${own}`, 'end']);
    // What the server answers meanwhile opens nothing.
    station.app.setStop('pending', false);
    expect(station.app.view().screen).toMatchObject({ kind: 'curtain', step: { kind: 'stopped' } });
    // The agent ends in order after that: nothing is told twice.
    station.app.shutdown();
    const member = station.physician.person;
    expect(station.events().slice(since)).toMatchObject([
      { type: 'session.ended', session: parked, detail: { cause: 'closed' } },
      { type: 'session.ended', session: own, detail: { cause: 'closed' } },
      { type: 'station.stopped', member, detail: { cause: 'closed' } },
    ]);
    expect(station.events()).toHaveLength(since + 3);
    // The last events are on their way: whatever the server answers meanwhile.
    station.app.setStop('revoked', true);
    expect(station.app.view().screen).toMatchObject({ step: { kind: 'stopped', stop: 'closing' } });
  });

  it('is not done where it cannot be written down: covered, kept, told why, and possible once there is room', async () => {
    const disk = smallDisk(4 * 1024 * 1024);
    const station = put({}, benchGround(disk));
    const parked = await station.enter(station.nurse);
    station.app.switchUser();
    station.setDirectory({ administrator: station.physician });
    const own = await station.enter(station.physician);
    const before = station.events();
    station.windows.length = 0;
    disk.fill(0);
    station.app.close();
    expect(station.windows).toEqual(['cover']);
    expect(station.app.view().screen).toMatchObject({ step: { kind: 'stopped', stop: 'journal' } });
    expect(station.reports).toContain('journal:full');
    expect(station.events()).toEqual(before);

    disk.free();
    station.pass(2_000);
    expect(station.app.view().screen).toMatchObject({ step: { kind: 'waiting' } });
    expect(station.events().slice(before.length)).toMatchObject([
      { type: 'session.locked', session: own, detail: { cause: 'fault' } },
    ]);
    expect(await station.enter(station.physician)).toBe(own);
    station.windows.length = 0;
    station.app.close();
    expect(station.windows).toEqual(['cover', `destroy ${parked}`, `destroy ${own}`, 'end']);
  });

  it.each([
    ['another member', () => undefined],
    [
      'one who is an administrator no more',
      (station: StationBench) => {
        station.setDirectory({ administrator: station.nurse });
        expect(station.app.view().screen).toMatchObject({ mayClose: true });
        station.setDirectory({});
      },
    ],
  ])('is refused to %s, and logged', async (_who, prepare) => {
    const station = put();
    await station.enter(station.nurse);
    prepare(station);
    expect(station.app.view().screen).toMatchObject({ mayClose: false });
    const since = station.events().length;
    station.windows.length = 0;
    station.app.close();
    expect(station.windows).toEqual([]);
    expect(station.events()).toHaveLength(since);
    expect(station.app.view().screen.kind).toBe('session');
    expect(station.reports).toContain('rejected:close');
  });

  it('is nothing that can be done from the curtain, or under the sheet', async () => {
    const station = put();
    station.setDirectory({ administrator: station.nurse });
    station.app.close();
    await station.enter(station.nurse);
    station.hand.insert(station.physician);
    station.app.close();
    expect(station.windows).not.toContain('end');
  });
});
