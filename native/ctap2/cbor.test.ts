import { cdeEncodeOptions, encode } from 'cbor2';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../common/bytes.ts';
import { type CborMap, type CborValue, decodeCbor, encodeCbor } from './cbor.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const integer = fc.oneof(fc.integer(), fc.maxSafeInteger());
const key = fc.oneof(integer, text);

/** Anything that CTAP may carry, four levels deep. */
const { value } = fc.letrec<{ value: CborValue; array: CborValue[]; map: CborMap }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: 'small' },
    integer,
    fc.bigInt({ min: 2n ** 53n, max: 2n ** 64n - 1n }),
    fc.bigInt({ min: -(2n ** 64n), max: -(2n ** 53n) }),
    fc.boolean(),
    text,
    fc.uint8Array({ maxLength: 300 }).map((bytes) => new Uint8Array(bytes)),
    tie('array'),
    tie('map'),
  ),
  array: fc.array(tie('value'), { maxLength: 6 }),
  map: fc
    .array(fc.tuple(key, tie('value')), { maxLength: 6 })
    .map((entries): CborMap => new Map(entries)),
}));

const decodeHex = (hex: string) => decodeCbor(fromHex(hex));

describe('CTAP2 canonical CBOR', () => {
  it('decodes what it encodes', () => {
    fc.assert(
      fc.property(value, (original) => {
        expect(decodeCbor(encodeCbor(original))).toEqual({ ok: true, value: original });
      }),
    );
  });

  it('encodes every value as an independent library does', () => {
    fc.assert(
      fc.property(value, (original) => {
        expect(toHex(encodeCbor(original))).toBe(
          toHex(new Uint8Array(encode(original, cdeEncodeOptions))),
        );
      }),
    );
  });

  it('accepts one encoding only: whatever decodes encodes to the same bytes', () => {
    const mutated = fc
      .tuple(value, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 3 }))
      .map(([original, changes]) => {
        const bytes = encodeCbor(original);
        for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
        return bytes;
      });
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 64 }), mutated), (bytes) => {
        const decoded = decodeCbor(new Uint8Array(bytes));
        if (decoded.ok) expect(toHex(encodeCbor(decoded.value))).toBe(toHex(bytes));
        else expect(decoded.error).toMatch(/^[a-z-]+$/);
      }),
      { numRuns: 2_000 },
    );
  });

  it('refuses every truncation and every trailing byte', () => {
    fc.assert(
      fc.property(value, fc.nat(), (original, at) => {
        const bytes = encodeCbor(original);
        expect(decodeCbor(bytes.subarray(0, at % bytes.length))).toEqual({
          ok: false,
          error: 'truncated',
        });
        expect(decodeCbor(Uint8Array.of(...bytes, 0))).toEqual({
          ok: false,
          error: 'trailing-bytes',
        });
      }),
    );
  });

  it.each([
    ['a byte string that claims 4 GiB', '5affffffff00', 'truncated'],
    ['a byte string that claims 2^64 − 1', '5bffffffffffffffff00', 'truncated'],
    ['an array that claims 2^32 − 1 items', '9affffffff00', 'truncated'],
    ['an array that claims 2^64 − 1 items', '9bffffffffffffffff00', 'truncated'],
    ['a map that claims 2^32 − 1 entries', 'baffffffff0000', 'truncated'],
    ['nothing at all', '', 'truncated'],
    ['nine arrays deep', '81818181818181818100', 'too-deep'],
    ['a thousand arrays deep', '81'.repeat(1000), 'too-deep'],
    ['maps as keys, a thousand deep', 'a1'.repeat(1000), 'too-deep'],
    ['more than a message can carry', '59ffff'.padEnd(2 * 7610, '0'), 'too-long'],
    ['23 in two bytes', '1817', 'not-shortest'],
    ['255 in three bytes', '1900ff', 'not-shortest'],
    ['65535 in five bytes', '1a0000ffff', 'not-shortest'],
    ['2^32 − 1 in nine bytes', '1b00000000ffffffff', 'not-shortest'],
    ['a length of 3 in two bytes', '5803000000', 'not-shortest'],
    ['a duplicate key', 'a201000100', 'unsorted-key'],
    ['keys in falling order', 'a202000100', 'unsorted-key'],
    ['a negative key before a positive one', 'a220000100', 'unsorted-key'],
    ['a longer text key before a shorter one', 'a2626161f46162f4', 'unsorted-key'],
    ['a byte string as key', 'a1410000', 'bad-key'],
    ['an array as key', 'a18000', 'bad-key'],
    ['a 64-bit key', 'a11bffffffffffffffff00', 'bad-key'],
    ['text that is not UTF-8', '61ff', 'bad-text'],
    ['an indefinite byte string', '5f4100ff', 'unsupported'],
    ['an indefinite array', '9fff', 'unsupported'],
    ['an indefinite map', 'bfff', 'unsupported'],
    ['a reserved length', '1c', 'unsupported'],
    ['a tag', 'c100', 'unsupported'],
    ['null', 'f6', 'unsupported'],
    ['undefined', 'f7', 'unsupported'],
    ['a half float', 'f93c00', 'unsupported'],
    ['a double', 'fb3ff0000000000000', 'unsupported'],
    ['false as a two-byte simple value', 'f814', 'unsupported'],
    ['a break', 'ff', 'unsupported'],
  ])('refuses %s', (_name, hex, error) => {
    expect(decodeHex(hex)).toEqual({ ok: false, error });
  });

  it('reads the deepest value it allows', () => {
    expect(decodeHex('818181818181818100').ok).toBe(true);
  });

  it('copies byte strings: a reused report buffer cannot change them', () => {
    const message = fromHex('42aabb');
    const decoded = decodeCbor(message);
    message.fill(0);
    expect(decoded).toEqual({ ok: true, value: Uint8Array.of(0xaa, 0xbb) });
  });

  it.each([[1.5], [Number.NaN], [2 ** 53], [2n ** 64n], [-(2n ** 64n) - 1n]])(
    'does not encode %s',
    (number) => {
      expect(() => encodeCbor(number)).toThrow(RangeError);
    },
  );
});
