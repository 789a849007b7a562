import { afterEach, describe, expect, it } from 'vitest';
import { type StationBench, stationBench } from '../../test/support/station-bench.ts';
import { commandedStation } from './commanded.ts';

let station: StationBench;
afterEach(() => station.remove());

/** A session that its nurse has left by the button, at a station with a grace of five minutes. */
async function left(rules: Record<string, unknown> = { graceSeconds: 300 }): Promise<string> {
  station = stationBench(rules);
  const session = await station.enter(station.nurse);
  station.app.dispatch({ type: 'lock', cause: 'button' });
  return session;
}

describe('within the grace of policy', () => {
  it('a touch resumes the session, and the access says by which PIN', async () => {
    const session = await left();
    const opened = station.events().find(({ type }) => type === 'session.opened');
    station.pass(294_000);
    expect(await station.tap(station.nurse)).toBe(session);
    expect(station.hand.asked.at(-1)?.kind).toBe('touch');
    const resumed = station.events().at(-1);
    expect(resumed).toMatchObject({
      type: 'session.resumed',
      session,
      detail: { cause: 'grace', pinSeq: opened?.seq, graceSeconds: 300 },
    });
    const data = Buffer.from(resumed?.proof?.authenticatorData ?? '', 'base64url');
    expect(data[32]).toBe(0x01);
  });

  it('so does one of a member who was parked', async () => {
    const session = await left();
    await station.enter(station.physician);
    station.app.switchUser();
    expect(await station.tap(station.nurse)).toBe(session);
  });

  it('the PIN draws it out, a touch does not', async () => {
    const session = await left();
    station.pass(200_000);
    expect(await station.tap(station.nurse)).toBe(session);
    station.app.dispatch({ type: 'lock', cause: 'button' });
    station.pass(94_000);
    expect(await station.tap(station.nurse)).toBe(session);
    station.app.dispatch({ type: 'lock', cause: 'button' });
    station.pass(1_000);
    // Five seconds are left: too few for a touch.
    expect(await station.tap(station.nurse)).toBe('pin');
    await station.enter(station.nurse);
    station.app.dispatch({ type: 'lock', cause: 'button' });
    station.pass(294_000);
    expect(await station.tap(station.nurse)).toBe(session);
  });
});

describe('the PIN is wanted', () => {
  it.each<[string, Record<string, unknown> | undefined, () => void | Promise<void>]>([
    ['where policy says nothing', {}, () => undefined],
    ['when the time is over', undefined, () => station.pass(294_000)],
    ['from a key with alwaysUv', undefined, () => station.hand.verifyAlways()],
    [
      'after the server locked, while the station was at the curtain',
      undefined,
      () => expect(commandedStation(station.app, () => false).lock()).toBe(false),
    ],
    [
      'after the server signed somebody else out',
      undefined,
      async () => {
        await station.enter(station.physician);
        expect(commandedStation(station.app, () => false).signOut()).toBe(true);
      },
    ],
    [
      'after the computer slept at the curtain',
      undefined,
      () => station.app.dispatch({ type: 'lock', cause: 'suspend' }),
    ],
    [
      'when policy has changed meanwhile',
      undefined,
      () => station.setDirectory({ rules: { graceSeconds: 0 } }),
    ],
  ])('%s', async (_when, rules, happens) => {
    await left(rules);
    station.pass(1_000);
    await happens();
    expect(await station.tap(station.nurse)).toBe('pin');
  });

  it.each(['suspend', 'os-lock', 'clock', 'display', 'remote', 'elsewhere', 'fault'] as const)(
    'after a lock by %s',
    async (cause) => {
      station = stationBench({ graceSeconds: 300 });
      await station.enter(station.nurse);
      station.app.dispatch({ type: 'lock', cause });
      expect(await station.tap(station.nurse)).toBe('pin');
    },
  );

  it.each(['idle', 'button', 'key-removed'] as const)('but not after one by %s', async (cause) => {
    station = stationBench({ graceSeconds: 300 });
    const session = await station.enter(station.nurse);
    station.app.dispatch({ type: 'lock', cause });
    expect(await station.tap(station.nurse)).toBe(session);
  });

  it('of whoever has no session here, and of whoever has signed out', async () => {
    await left();
    expect(await station.tap(station.physician)).toBe('pin');
    await station.enter(station.nurse);
    station.app.signOut();
    expect(await station.tap(station.nurse)).toBe('pin');
  });

  it('after a touch that came to nothing', async () => {
    await left();
    station.hand.insert(station.nurse, 0, 'untouched');
    await station.settled();
    expect(station.app.view().screen).toMatchObject({ step: { kind: 'tap', owner: 'Maria L.' } });
    station.app.dispatch({ type: 'cancel' });
    station.hand.remove();
    expect(await station.tap(station.nurse)).toBe('pin');
  });

  it('in a journal that began after the PIN was given', async () => {
    await left();
    expect(station.beginEpoch()).toBe(true);
    expect(await station.tap(station.nurse)).toBe('pin');
  });

  it('when the touch comes after the time: the step ends by itself', async () => {
    await left();
    station.pass(294_000);
    station.hand.insert(station.nurse, 0, 'untouched');
    await station.settled();
    station.pass(6_000);
    expect(station.app.view().screen).toMatchObject({
      step: { kind: 'waiting', notice: 'touch-timeout' },
    });
  });
});
