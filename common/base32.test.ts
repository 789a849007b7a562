import { expect, test } from 'vitest';
import { utf8 } from './bytes.ts';
import { base32 } from './base32.ts';

// RFC 4648 §10, without the padding.
test.each([
  ['', ''],
  ['f', 'MY'],
  ['fo', 'MZXQ'],
  ['foo', 'MZXW6'],
  ['foob', 'MZXW6YQ'],
  ['fooba', 'MZXW6YTB'],
  ['foobar', 'MZXW6YTBOI'],
])('BASE32("%s") = %s', (text, expected) => {
  expect(base32(utf8(text))).toBe(expected);
});
