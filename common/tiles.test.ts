import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTilePath, tileOf, tilePath, tileWidth, tilesBetween } from './tiles.ts';

// The examples of https://c2sp.org/tlog-tiles.
test('index 1234067 is x001/x234/067', () => {
  expect(tilePath(0, 1_234_067, 256)).toBe('0/x001/x234/067');
  expect(tilePath(1, 5, 17)).toBe('1/005.p/17');
  expect(tilePath('entries', 1000, 256)).toBe('entries/x001/000');
});

test('a tree of 70,000 leaves, and one of 256', () => {
  const tiles = tilesBetween(0, 70_000);
  const at = (level: number) => tiles.filter((tile) => tile.level === level).map((t) => t.width);
  expect(at(0)).toEqual([...Array.from({ length: 273 }, () => 256), 112]);
  expect(at(1)).toEqual([256, 17]);
  expect(at(2)).toEqual([1]);
  expect(tilesBetween(0, 256)).toEqual([
    { level: 0, index: 0, width: 256 },
    { level: 1, index: 0, width: 1 },
  ]);
});

test('growing step by step touches each tile as growing at once', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 40_000 }), { maxLength: 8 }), (steps) => {
      const widths = new Map<string, number>();
      let size = 0;
      for (const step of steps) {
        for (const { level, index, width } of tilesBetween(size, size + step)) {
          expect(width).toBe(tileWidth(level, index, size + step));
          expect(width).toBeGreaterThan(tileWidth(level, index, size));
          widths.set(`${level}/${index}`, width);
        }
        size += step;
      }
      const whole = tilesBetween(0, size).map((t) => [`${t.level}/${t.index}`, t.width] as const);
      expect(widths).toEqual(new Map(whole));
    }),
  );
});

test('there is no tile beyond the tree', () => {
  expect(tileWidth(0, 0, 0)).toBe(0);
  expect(tileWidth(0, 2, 512)).toBe(0);
  expect(tileWidth(1, 0, 255)).toBe(0);
  expect(tilesBetween(0, 0)).toEqual([]);
  expect(tilesBetween(300, 300)).toEqual([]);
});

test('a subtree stands on hashes of one tile', () => {
  expect(tileOf({ level: 0, index: 257 })).toEqual({ level: 0, index: 1, from: 1, width: 1 });
  expect(tileOf({ level: 7, index: 3 })).toEqual({ level: 0, index: 1, from: 128, width: 128 });
  expect(tileOf({ level: 8, index: 3 })).toEqual({ level: 1, index: 0, from: 3, width: 1 });
});

test('every path is read back; no other spelling of it is', () => {
  const level = fc.oneof(fc.nat(63), fc.constant('entries' as const));
  fc.assert(
    fc.property(level, fc.nat(2 ** 40), fc.integer({ min: 1, max: 256 }), (l, index, width) => {
      const path = tilePath(l, index, width);
      expect(readTilePath(path)).toEqual({ level: l, index, width });
      expect(readTilePath(`0${path}`)).toBeUndefined();
      expect(readTilePath(path.replace('/', '/x000/'))).toBeUndefined();
    }),
  );
  for (const path of [
    '0/000.p/256',
    '0/000.p/0',
    '0/000.p/07',
    '64/000',
    '-1/000',
    '0/1',
    '0/x000',
    '0/000/',
    '0/../000',
    'entry/000',
    '',
  ]) {
    expect(readTilePath(path), path).toBeUndefined();
  }
});
