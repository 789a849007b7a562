import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type TimeSource, createClock, systemTime } from './clock.ts';

/** Time that sleeps and jumps on demand. Timers follow `awake`, as Node's do. */
function manualTime() {
  let [wall, boot, awake] = [1_700_000_000_000, 50_000, 50_000];
  const source: TimeSource = { wall: () => wall, boot: () => boot, awake: () => awake };
  return {
    source,
    jump: (ms: number) => (wall += ms),
    sleep(ms: number) {
      wall += ms;
      boot += ms;
    },
    pass(ms: number) {
      for (let passed = 0; passed < ms; passed += 10) {
        wall += 10;
        boot += 10;
        awake += 10;
        vi.advanceTimersByTime(10);
      }
    },
  };
}

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

test('a deadline comes at its time and once', () => {
  const { source, pass } = manualTime();
  const clock = createClock(source);
  const ran: number[] = [];
  clock.at(2_500, () => ran.push(clock.mono()));
  pass(2_490);
  expect(ran).toEqual([]);
  pass(10_000);
  expect(ran).toEqual([2_500]);
  clock.close();
});

test('a cancelled deadline does not come; one in the past comes at once', () => {
  const { source, pass } = manualTime();
  const clock = createClock(source);
  const ran: string[] = [];
  clock.at(100, () => ran.push('cancelled'))();
  clock.at(-5, () => ran.push('past'));
  expect(ran).toEqual([]);
  pass(200);
  expect(ran).toEqual(['past']);
  clock.close();
});

test('sleep counts: a deadline that passed meanwhile comes within a second, or at once when told', () => {
  const { source, pass, sleep } = manualTime();
  const clock = createClock(source);
  const ran: string[] = [];
  clock.at(60_000, () => ran.push('first'));
  clock.at(200_000, () => ran.push('second'));
  sleep(100_000);
  expect(clock.mono()).toBe(100_000);
  pass(1_010);
  expect(ran).toEqual(['first']);
  sleep(200_000);
  clock.resynchronise();
  pass(10);
  expect(ran).toEqual(['first', 'second']);
  clock.close();
});

test('a wall-clock jump moves no deadline and is told once, with its distance', () => {
  const { source, pass, jump } = manualTime();
  const clock = createClock(source);
  const jumps: number[] = [];
  const ran: number[] = [];
  clock.onJump((ms) => jumps.push(ms));
  clock.at(30_000, () => ran.push(clock.mono()));
  jump(3_600_000);
  pass(5_000);
  jump(-7_200_000);
  pass(5_000);
  expect(jumps).toEqual([3_600_000, -7_200_000]);
  expect(ran).toEqual([]);
  pass(20_000);
  expect(ran).toEqual([30_000]);
  clock.close();
});

test('sleep is no jump; creeping is', () => {
  const { source, pass, jump, sleep } = manualTime();
  const clock = createClock(source);
  const jumps: number[] = [];
  clock.onJump((ms) => jumps.push(ms));
  sleep(3_600_000);
  jump(5_000);
  pass(2_000);
  expect(jumps).toEqual([]);
  for (let step = 0; step < 6; step++) {
    jump(1_000);
    pass(1_000);
  }
  expect(jumps).toEqual([6_000]);
  clock.close();
});

/** CLOCK_BOOTTIME as the kernel tells it, in ms, cut to hundredths of a second. */
const kernelTime = () => Number(readFileSync('/proc/uptime', 'utf8').split(' ', 1)[0]) * 1_000;

test.runIf(process.platform === 'linux')(
  'the real clock: steady, and in step with the kernel',
  async () => {
    vi.useRealTimers();
    const { boot } = systemTime();
    let latest = boot();
    for (let turn = 0; turn < 200; turn++) {
      await delay(1);
      const before = kernelTime();
      const now = boot();
      const after = kernelTime();
      expect(now).toBeGreaterThanOrEqual(latest);
      // However long it was held up in between: within the kernel's own hundredths on both sides.
      expect(now).toBeGreaterThan(before - 11);
      expect(now).toBeLessThan(after + 11);
      latest = now;
    }
    const clock = createClock();
    const reached = new EventTarget();
    const told = once(reached, 'now');
    const at = clock.mono() + 50;
    clock.at(at, () => reached.dispatchEvent(new Event('now')));
    await told;
    expect(clock.mono()).toBeGreaterThanOrEqual(at);
    clock.close();
  },
);
