import { expect, test } from 'vitest';
import { leftBehind } from './directory-elsewhere.ts';

test('all screens but the newest are left behind, whichever uploads now', () => {
  const a = { station: 'a', at: 1000 };
  const b = { station: 'b', at: 2000 };
  const c = { station: 'c', at: 1500 };
  expect(leftBehind([a, b, c])).toEqual([a, c]);
  expect(leftBehind([b, a])).toEqual([a]);
  expect(leftBehind([a])).toEqual([]);
  // The same millisecond: nobody can tell, so nobody is locked.
  expect(leftBehind([a, { station: 'd', at: 1000 }])).toEqual([]);
});
