import { describe, expect, it } from 'vitest';
import { type SeenKey, steps } from './seen-keys.ts';

const key = (id: string, mark = '1'): SeenKey => ({
  id,
  mark,
  product: 'Key',
  vendorId: 1,
  simulated: false,
});

describe('what is told between two looks at the keys', () => {
  it.each<[string, SeenKey[], SeenKey[], SeenKey[][]]>([
    ['nothing where nothing changed', [key('a'), key('b')], [key('b'), key('a')], []],
    ['a key that came', [key('a')], [key('a'), key('b')], [[key('a'), key('b')]]],
    ['a key that went', [key('a'), key('b')], [key('b')], [[key('b')]]],
    ['another key at another path', [key('a')], [key('b')], [[], [key('b')]]],
    ['another key at the same path', [key('a')], [key('a', '2')], [[], [key('a', '2')]]],
    [
      'a swap beside one that stays',
      [key('a'), key('b')],
      [key('a'), key('b', '2')],
      [[key('a')], [key('a'), key('b', '2')]],
    ],
  ])('%s', (_name, before, after, expected) => {
    expect(steps(before, after)).toEqual(expected);
  });
});
