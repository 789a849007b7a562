import { afterEach, expect, it } from 'vitest';
import { type StationBench, stationBench } from '../../test/support/station-bench.ts';
import { createClock } from '../adapters/clock.ts';
import { lockWithSurroundings } from './surroundings.ts';

let bench: StationBench | undefined;
afterEach(() => bench?.remove());

/** A station with an open session, a clock over times that the test sets, and the system's events. */
async function open() {
  const station = stationBench();
  bench = station;
  const time = { wall: 1_000_000, boot: 0, awake: 0 };
  const clock = createClock({
    wall: () => time.wall,
    boot: () => time.boot,
    awake: () => time.awake,
  });
  const power = new Map<string, () => void>();
  lockWithSurroundings(station.app, clock, { on: (event, run) => void power.set(event, run) });
  clock.close();
  await station.enter(station.nurse);
  const since = station.events().length;
  return {
    time,
    clock,
    tell: (event: string) => power.get(event)?.(),
    events: () =>
      station
        .events()
        .slice(since)
        .map(({ type, detail }) => [type, detail]),
  };
}

it('a clock that jumps locks, and then it is told by how much', async () => {
  const { time, clock, events } = await open();
  time.wall += 3_600_000;
  clock.resynchronise();
  expect(events()).toEqual([
    ['session.locked', { cause: 'clock' }],
    ['clock.jumped', { ms: 3_600_000 }],
  ]);
});

it('sleep locks once, also where the system does not say so', async () => {
  const { time, tell, events } = await open();
  time.wall += 60_000;
  time.boot += 60_000;
  tell('resume');
  expect(events()).toEqual([['session.locked', { cause: 'suspend' }]]);
  tell('suspend');
  tell('suspend');
  expect(events()).toHaveLength(1);
});

it('sleep that is told locks before it comes', async () => {
  const { tell, events } = await open();
  tell('suspend');
  expect(events()).toEqual([['session.locked', { cause: 'suspend' }]]);
});

it('the system’s own lock locks', async () => {
  const { tell, events } = await open();
  tell('lock-screen');
  expect(events()).toEqual([['session.locked', { cause: 'os-lock' }]]);
});
