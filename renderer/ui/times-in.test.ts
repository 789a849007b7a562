import { expect, test } from 'vitest';
import { timesIn } from './times-in.ts';

const now = new Date(2026, 10, 24, 14, 32);
const en = timesIn('en-GB', now);
const es = timesIn('es-ES', now);

test('a day is written as a ward writes it', () => {
  expect(en.day(now)).toMatch(/^Tuesday,? 24 November$/);
  expect(es.day(now)).toBe('Martes, 24 de noviembre');
});

test('the clock has 24 hours and two digits; midnight is 00', () => {
  expect(en.clock(new Date(2026, 10, 24, 0, 5))).toBe('00:05');
  expect(es.clock(new Date(2026, 10, 24, 9, 5))).toBe('09:05');
});

test('days are whole ones, and a clock that was set back is not negative', () => {
  expect(en.daysSince(new Date(2026, 10, 23, 14, 33))).toBe(0);
  expect(en.daysSince(new Date(2026, 10, 17, 14, 31))).toBe(7);
  expect(en.daysSince(new Date(2026, 10, 25))).toBe(0);
});
