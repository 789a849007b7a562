import { expect, test } from 'vitest';
import { sparingly } from './sparingly.ts';

test('a kind is told at once, then ever less often, and no attempt is left out of the count', () => {
  let now = 0;
  const told: [string, number, number][] = [];
  const note = sparingly<string>(
    () => now,
    (kind, times) => told.push([kind, times, now]),
  );
  const seconds = 24 * 60 * 60;
  for (let second = 0; second <= seconds; second++) {
    now = second * 1000;
    note('chart print', 'print');
    if (second === 5) note('chart window', 'window');
  }
  const prints = told.filter(([kind]) => kind === 'print');
  expect(told.filter(([kind]) => kind === 'window')).toEqual([['window', 1, 5000]]);
  expect(prints.slice(0, 4).map(([, times, at]) => [times, at])).toEqual([
    [1, 0],
    [10, 10_000],
    [20, 30_000],
    [40, 70_000],
  ]);
  // A day of one attempt a second.
  expect(prints.length).toBeLessThan(90);
  expect(prints.reduce((sum, [, times]) => sum + times, 0)).toBeGreaterThan(seconds - 20 * 60);
});
