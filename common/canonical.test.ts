import canonicalize from 'canonicalize';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, isCanonicalJson } from './canonical.ts';

/** Names as ours are; values as JSON has them, numbers and strings of every kind. */
const name = fc.stringMatching(/^[a-z][a-zA-Z0-9ö€😀-]{0,6}$/u);
const { value: json } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(null, true, false),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: 'binary' }),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(name, tie('value'), { maxKeys: 5 }),
  ),
}));

test('writes what an implementation that is not ours writes', () => {
  fc.assert(
    fc.property(json, (value) => {
      expect(canonicalJson(value)).toBe(canonicalize(value));
    }),
  );
});

test('takes its own form for canonical, and no other text of the same value', () => {
  fc.assert(
    fc.property(json, (value) => {
      const text = canonicalJson(value);
      expect(isCanonicalJson(text, JSON.parse(text))).toBe(true);
      expect(isCanonicalJson(`${text} `, JSON.parse(text))).toBe(false);
    }),
  );
});

// RFC 8785 §3.2.3 sorts by UTF-16 code units: the surrogates of U+1F600 come before U+FB33.
test('sorts names by code units', () => {
  expect(canonicalJson({ 'a\ufb33': 1, 'a\u{1f600}': 2, b: 3, a: 4 })).toBe(
    '{"a":4,"a\u{1f600}":2,"a\ufb33":1,"b":3}',
  );
});

test.each([
  ['names out of order', '{"b":1,"a":2}'],
  ['names out of order inside', '{"a":{"d":1,"c":2}}'],
  ['names out of order in a list', '{"a":[{"d":1,"c":2}]}'],
  ['a name twice', '{"a":1,"a":1}'],
  ['a space', '{"a": 1}'],
  ['a number in another spelling', '{"a":1.0}'],
  ['minus zero', '{"a":-0}'],
  ['an escape that is not needed', '{"a":"\\u0062"}'],
  ['an escaped name', '{"\\u0061":1}'],
])('does not take %s for canonical', (_, text) => {
  expect(isCanonicalJson(text, JSON.parse(text))).toBe(false);
});

test.each([
  [{ a: Number.NaN }],
  [{ a: Number.POSITIVE_INFINITY }],
  [{ a: () => 1 }],
  [{ 10: 1 }],
  [JSON.parse('{"__proto__":1}')],
])('refuses %o', (value: unknown) => {
  expect(() => canonicalJson(value)).toThrow(TypeError);
});
