import { expect, test } from 'vitest';
import { ticksFor } from './scale.ts';

test.each([
  [0, [0, 1]],
  [1, [0, 1]],
  [4, [0, 1, 2, 3, 4]],
  [5, [0, 2, 4, 6]],
  [171, [0, 50, 100, 150, 200]],
  [201, [0, 100, 200, 300]],
])('a chart up to %i is ruled at %j', (most, ticks) => {
  expect(ticksFor(most)).toEqual(ticks);
});
