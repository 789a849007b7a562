import { expect, test } from 'vitest';
import { pairingCode } from '../../../common/wire.ts';
import { caretIn, missing, shownCode, wholeCode } from './pairing-code.ts';

const CODE = 'ABCDEFGHIJKLMNOP.QRSTUVWXYZ234567';
const SHOWN = 'ABCD EFGH IJKL MNOP . QRST UVWX YZ23 4567';

test.each([
  ['as the server prints it', CODE],
  ['in fours, as it is shown', SHOWN],
  ['in small letters', CODE.toLowerCase()],
  ['without the dot', CODE.replace('.', '')],
  ['with line breaks and dashes around it', `\n ${CODE.replaceAll(/(.{4})/g, '$1-')}\n`],
])('a code %s is the same code', (_how, text) => {
  expect(shownCode(text)).toBe(SHOWN);
  expect(wholeCode(text)).toBe(CODE);
  expect(pairingCode.safeParse(wholeCode(text)).success).toBe(true);
  expect(missing(text)).toBe(0);
});

test('what base32 has no digit for is read as the letter it looks like', () => {
  expect(shownCode('0189')).toBe('OIB');
});

test('a part of a code is no code, and what is too much is not shown', () => {
  expect(wholeCode(CODE.slice(0, -1))).toBeUndefined();
  expect(wholeCode(`${CODE}A`)).toBeUndefined();
  expect(missing('ABCDE')).toBe(27);
  expect(shownCode('ABCDE')).toBe('ABCD E');
  expect(shownCode(CODE.slice(0, 16))).toBe('ABCD EFGH IJKL MNOP');
  expect(shownCode(`${CODE}ABC`)).toBe(SHOWN);
});

test('the caret stays behind the character it stood behind', () => {
  expect(caretIn(SHOWN, '')).toBe(0);
  expect(caretIn(SHOWN, 'ABC')).toBe(3);
  expect(caretIn(SHOWN, 'ABCDE')).toBe(6);
  expect(caretIn(SHOWN, SHOWN)).toBe(SHOWN.length);
});
