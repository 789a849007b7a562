/**
 * An entry bundle of https://c2sp.org/tlog-tiles: each entry behind its length in two bytes, big-endian.
 * Throws a RangeError for an entry that is longer: ADR 6 lets none in.
 */
export function entryBundle(entries: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    entries.flatMap((entry) => {
      const length = Buffer.alloc(2);
      length.writeUInt16BE(entry.length);
      return [length, entry];
    }),
  );
}
