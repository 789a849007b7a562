import { expect, it } from 'vitest';
import { policy } from '../../common/policy.ts';
import { manualClock } from '../../test/support/manual-clock.ts';
import { idleWatch } from './idle-watch.ts';

const rules = policy.parse({ idleLockSeconds: 120, idleWarningSeconds: 20 });

function bench() {
  const { clock, pass } = manualClock();
  const told: number[] = [];
  const unreadable: unknown[] = [];
  let read = (): number => clock.mono();
  const watch = idleWatch(
    clock,
    { ms: () => read() },
    () => rules,
    (ms) => {
      told.push(ms);
      if (ms >= rules.idleLockSeconds * 1000) watch.stop();
    },
    (cause) => unreadable.push(cause),
  );
  return {
    watch,
    pass,
    told,
    unreadable,
    reads: (next: () => number) => {
      read = next;
    },
  };
}

it('tells the limit within a tenth of a second, and reads seldom before', () => {
  const { watch, pass, told } = bench();
  watch.start();
  pass(90_000);
  expect(told.length).toBeLessThan(100);
  pass(30_100);
  expect(told.some((ms) => ms >= 120_000 && ms <= 120_100)).toBe(true);
});

it('counts a presence that the system does not see, and only until it is over', () => {
  const { watch, pass, told } = bench();
  pass(500_000);
  watch.present();
  watch.start();
  expect(told).toEqual([0]);
  pass(120_100);
  expect(told.at(-1)).toBeGreaterThanOrEqual(120_000);
});

it('ends for good when stopped, also by what it told', () => {
  const { watch, pass, told } = bench();
  watch.start();
  watch.stop();
  pass(10_000);
  expect(told).toHaveLength(1);
  // The bench stops it as the station does: when it locks.
  watch.start();
  pass(200_000);
  expect(told.filter((ms) => ms >= 120_000)).toHaveLength(1);
});

it('says when nobody can tell any more, once', () => {
  const { watch, pass, told, unreadable, reads } = bench();
  watch.start();
  reads(() => {
    throw new Error('no display');
  });
  pass(10_000);
  expect(unreadable).toHaveLength(1);
  expect(told).toHaveLength(1);
});
