import { afterEach, expect, test, vi } from 'vitest';
import { perMinute } from './per-minute.ts';

afterEach(() => vi.useRealTimers());

test('so many within a minute, and again once the first is a minute old', () => {
  vi.useFakeTimers({ toFake: ['performance'] });
  const isLeft = perMinute(2);
  expect([isLeft(), isLeft(), isLeft()]).toEqual([true, true, false]);
  vi.advanceTimersByTime(59_999);
  expect(isLeft()).toBe(false);
  vi.advanceTimersByTime(1);
  expect([isLeft(), isLeft(), isLeft()]).toEqual([true, true, false]);
});
