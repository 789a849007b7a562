import { expect, test } from 'vitest';
import { createPinBuffer } from './pin-buffer.ts';
import { createPinKeys } from './pin-keys.ts';

/** Types on a pad whose clock is ours. Answers what each stroke meant and how many digits are left. */
function pad() {
  const buffer = createPinBuffer();
  const act = createPinKeys(buffer);
  let at = 1_000;
  const stroke = (key: string, after: number, rest: { code?: string; repeat?: boolean } = {}) => {
    at += after;
    return act({
      key,
      code: '',
      repeat: false,
      ctrlKey: false,
      altKey: false,
      metaKey: false,
      timeStamp: at,
      ...rest,
    });
  };
  const spent = (): string => {
    let text = '';
    buffer.spend((pin) => (text = new TextDecoder().decode(pin)));
    return text;
  };
  return { buffer, stroke, spent };
}
const type = (keys: string, apart: number, { stroke }: ReturnType<typeof pad>) =>
  [...keys].map((key) => stroke(key, apart));

test('digits of a hand are kept, whatever its pace', () => {
  for (const apart of [12, 40, 400]) {
    const typed = pad();
    type('493817', apart, typed);
    expect(typed.stroke('Enter', apart)).toBe('submit');
    expect(typed.spent()).toBe('493817');
  }
});

test('a key that types modhex and Enter leaves the digits of the hand, and submits nothing', () => {
  for (const apart of [1, 8, 16]) {
    const typed = pad();
    type('4938', 120, typed);
    typed.stroke('c', 500);
    type('cccccjlbvkdgtnhrfuibedcjvlnhtrigkkdbfeugvul', apart, typed);
    expect(typed.stroke('Enter', apart)).toBe('ignored');
    // The hand goes on.
    type('17', 300, typed);
    expect(typed.stroke('Enter', 300)).toBe('submit');
    expect(typed.spent()).toBe('493817');
  }
});

test('a machine that types digits alone is told by its pace: eight at 8 ms, not seven', () => {
  const eight = pad();
  type('12345678', 8, eight);
  expect(eight.buffer.length).toBe(0);
  expect(eight.stroke('Enter', 8)).toBe('ignored');

  const seven = pad();
  type('1234567', 8, seven);
  expect(seven.stroke('Enter', 8)).toBe('submit');
  expect(seven.spent()).toBe('1234567');
});

test('a digit counts by its place where the layout gives the key another meaning', () => {
  const typed = pad();
  typed.stroke('End', 200, { code: 'Numpad1' });
  typed.stroke('é', 200, { code: 'Digit2' });
  typed.stroke('3', 200, { code: 'Digit3' });
  expect(typed.spent()).toBe('123');
});

test('a held key is one digit, and a held Enter is one submit', () => {
  const typed = pad();
  typed.stroke('7', 100);
  expect(typed.stroke('7', 500, { repeat: true })).toBe('ignored');
  expect(typed.stroke('Enter', 100)).toBe('submit');
  expect(typed.stroke('Enter', 500, { repeat: true })).toBe('ignored');
  expect(typed.spent()).toBe('7');
});
