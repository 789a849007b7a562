// As much of DER (X.690) as a certificate needs.
const wrap = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const body = Buffer.concat(parts);
  const { length } = body;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), body]);
};

export const sequence = (...parts: readonly Uint8Array[]) => wrap(0x30, ...parts);
export const set = (...parts: readonly Uint8Array[]) => wrap(0x31, ...parts);
export const octets = (value: Uint8Array) => wrap(0x04, value);
export const bits = (value: Uint8Array) => wrap(0x03, Buffer.of(0), value);
export const text = (value: string) => wrap(0x0c, Buffer.from(value));
export const country = (value: string) => wrap(0x13, Buffer.from(value));
export const flag = (value: boolean) => wrap(0x01, Buffer.of(value ? 0xff : 0));
export const explicit = (tag: number, value: Uint8Array) => wrap(0xa0 | tag, value);
/** Not negative; the first bit of `value` is kept from being a sign. */
export const integer = (value: Uint8Array) =>
  wrap(0x02, (value[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.of(0), value]) : value);
export const utcTime = (value: string) => wrap(0x17, Buffer.from(value));

export const oid = (dotted: string) => {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const base128 = (value: number): number[] =>
    value < 0x80
      ? [value]
      : [...base128(Math.floor(value / 0x80)).map((part) => part | 0x80), value % 0x80];
  return wrap(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
};
