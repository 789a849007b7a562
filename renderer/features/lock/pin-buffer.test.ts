import { expect, test } from 'vitest';
import { MAX_PIN_BYTES, createPinBuffer } from './pin-buffer.ts';

test('lends exact bytes, and overwrites what it lent even when the borrower throws', () => {
  const buffer = createPinBuffer();
  for (const digit of [0, 4, 9]) buffer.push(digit);
  const lent: Uint8Array[] = [];
  let during: number[] = [];
  expect(() =>
    buffer.spend((pin) => {
      lent.push(pin);
      during = [...pin];
      throw new Error('refused');
    }),
  ).toThrow('refused');
  expect(during).toEqual([0x30, 0x34, 0x39]);
  expect(lent.map((pin) => [...pin])).toEqual([[0, 0, 0]]);
  expect(buffer.length).toBe(0);
});

test('what was cut does not come back', () => {
  const buffer = createPinBuffer();
  for (const digit of [1, 2, 3]) buffer.push(digit);
  buffer.cut(1);
  buffer.cut(-1);
  buffer.cut(3);
  let sent: number[] = [1];
  buffer.spend((pin) => (sent = [...pin]));
  expect(sent).toEqual([]);
});

test('holds as many bytes as a key takes, and no more', () => {
  const buffer = createPinBuffer();
  for (let i = 0; i <= MAX_PIN_BYTES; i += 1) buffer.push(5);
  expect(buffer.length).toBe(63);
});
