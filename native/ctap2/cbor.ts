import { type Result, err, ok } from '../../common/result.ts';

/**
 * CTAP2 canonical CBOR (CTAP 2.1 §8): integers, byte and text strings, arrays, maps, booleans.
 * No tags, no floats, definite lengths in their shortest form, map keys sorted and unique.
 */
export type CborValue =
  | number
  /** Only for integers beyond 2^53: some keys list vendor commands of 64 bits. */
  | bigint
  | string
  | boolean
  | Uint8Array
  | readonly CborValue[]
  | CborMap;
export type CborMap = ReadonlyMap<number | string, CborValue>;

/** CTAP 2.1 §8: at most four levels of nesting are sent; ours is a little wider for what keys answer. */
const MAX_DEPTH = 8;

/** No CTAPHID message carries more (§11.2.4). */
const MAX_BYTES = 7609;

const encoder = new TextEncoder();

const BYTE_WIDTHS = [1, 2, 4, 8] as const;

/** The initial byte and its argument, in the shortest form. */
function head(major: number, value: number | bigint): number[] {
  const top = major << 5;
  if (value < 24) return [top | Number(value)];
  const argument = BigInt(value);
  const index = BYTE_WIDTHS.findIndex((width) => argument < 1n << BigInt(8 * width));
  const width = BYTE_WIDTHS[index];
  if (width === undefined) throw new RangeError(`integer ${value} is out of range`);
  const bytes = [top | (24 + index)];
  for (let shift = 8 * (width - 1); shift >= 0; shift -= 8) {
    bytes.push(Number((argument >> BigInt(shift)) & 0xffn));
  }
  return bytes;
}

/** Keys sort by major type, then by length, then by bytes: for encoded keys, by length then bytes. */
function compareKeys(a: readonly number[], b: readonly number[]): number {
  const major = ((a[0] ?? 0) >> 5) - ((b[0] ?? 0) >> 5);
  if (major !== 0) return major;
  if (a.length !== b.length) return a.length - b.length;
  for (let i = 0; i < a.length; i++) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

function write(value: CborValue, out: number[]): void {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is not an integer`);
    out.push(...(value >= 0 ? head(0, value) : head(1, -1 - value)));
  } else if (typeof value === 'bigint') {
    out.push(...(value >= 0n ? head(0, value) : head(1, -1n - value)));
  } else if (typeof value === 'boolean') {
    out.push(value ? 0xf5 : 0xf4);
  } else if (typeof value === 'string') {
    const bytes = encoder.encode(value);
    out.push(...head(3, bytes.length), ...bytes);
  } else if (value instanceof Uint8Array) {
    out.push(...head(2, value.length), ...value);
  } else if (value instanceof Map) {
    const entries = [...(value as CborMap)].map(([key, item]) => {
      const encoded: number[] = [];
      write(key, encoded);
      return [encoded, item] as const;
    });
    entries.sort(([a], [b]) => compareKeys(a, b));
    out.push(...head(5, entries.length));
    for (const [key, item] of entries) {
      out.push(...key);
      write(item, out);
    }
  } else {
    const items = value as readonly CborValue[];
    out.push(...head(4, items.length));
    for (const item of items) write(item, out);
  }
}

/** Encodes one value. Throws RangeError for what CTAP cannot carry (a programming error). */
export function encodeCbor(value: CborValue): Uint8Array<ArrayBuffer> {
  const out: number[] = [];
  write(value, out);
  return Uint8Array.from(out);
}

export type CborError =
  | 'truncated'
  | 'trailing-bytes'
  | 'too-deep'
  | 'too-long'
  | 'not-shortest'
  | 'unsupported'
  | 'bad-text'
  | 'bad-key'
  | 'unsorted-key';

class Malformed extends Error {
  readonly code: CborError;
  constructor(code: CborError) {
    super(code);
    this.code = code;
  }
}

class Reader {
  private at = 0;
  readonly bytes: Uint8Array;
  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get position(): number {
    return this.at;
  }

  get done(): boolean {
    return this.at === this.bytes.length;
  }

  take(length: number): Uint8Array<ArrayBuffer> {
    if (length > this.bytes.length - this.at) throw new Malformed('truncated');
    this.at += length;
    return new Uint8Array(this.bytes.subarray(this.at - length, this.at));
  }

  byte(): number {
    return this.take(1)[0] ?? 0;
  }

  /** The argument of an initial byte, in its shortest form only. */
  argument(info: number): number | bigint {
    if (info < 24) return info;
    const width = BYTE_WIDTHS[info - 24];
    if (width === undefined) throw new Malformed('unsupported');
    let value = 0n;
    for (const byte of this.take(width)) value = value * 256n + BigInt(byte);
    const least = width === 1 ? 24n : 1n << BigInt(4 * width);
    if (value < least) throw new Malformed('not-shortest');
    return plainInteger(value);
  }
}

const plainInteger = (value: bigint): number | bigint => {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
};

function read(reader: Reader, depth: number): CborValue {
  if (depth > MAX_DEPTH) throw new Malformed('too-deep');
  const initial = reader.byte();
  const major = initial >> 5;
  if (initial === 0xf4 || initial === 0xf5) return initial === 0xf5;
  if (major > 5) throw new Malformed('unsupported');
  const argument = reader.argument(initial & 0x1f);
  if (major === 0) return argument;
  if (major === 1) return plainInteger(-1n - BigInt(argument));
  // A count beyond 2^53 is longer than any message.
  const length = typeof argument === 'number' ? argument : Number.MAX_SAFE_INTEGER;
  switch (major) {
    case 2:
      return reader.take(length);
    case 3:
      return text(reader.take(length));
    case 4: {
      const items: CborValue[] = [];
      // Each item needs a byte: a lying count ends at `truncated` before it can allocate.
      for (let i = 0; i < length; i++) items.push(read(reader, depth + 1));
      return items;
    }
    default:
      return readMap(reader, length, depth);
  }
}

function text(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Malformed('bad-text');
  }
}

function readMap(reader: Reader, size: number, depth: number): CborMap {
  const map = new Map<number | string, CborValue>();
  let previous: number[] | undefined;
  for (let i = 0; i < size; i++) {
    const start = reader.position;
    const key = read(reader, depth + 1);
    if (typeof key !== 'number' && typeof key !== 'string') throw new Malformed('bad-key');
    const encoded = [...reader.bytes.subarray(start, reader.position)];
    if (previous !== undefined && compareKeys(previous, encoded) >= 0)
      throw new Malformed('unsorted-key');
    previous = encoded;
    map.set(key, read(reader, depth + 1));
  }
  return map;
}

/** Decodes exactly one canonical value of at most MAX_BYTES. */
export function decodeCbor(bytes: Uint8Array): Result<CborValue, CborError> {
  if (bytes.length > MAX_BYTES) return err('too-long');
  const reader = new Reader(bytes);
  try {
    const value = read(reader, 0);
    return reader.done ? ok(value) : err('trailing-bytes');
  } catch (error) {
    if (error instanceof Malformed) return err(error.code);
    throw error;
  }
}

/** The value as a map, or undefined: answers of keys are read field by field. */
export const asMap = (value: CborValue | undefined): CborMap | undefined =>
  value instanceof Map ? (value as CborMap) : undefined;
export const asBytes = (value: CborValue | undefined): Uint8Array | undefined =>
  value instanceof Uint8Array ? value : undefined;
export const asInteger = (value: CborValue | undefined): number | undefined =>
  typeof value === 'number' ? value : undefined;
export const asArray = (value: CborValue | undefined): readonly CborValue[] | undefined =>
  Array.isArray(value) ? (value as readonly CborValue[]) : undefined;
