// CBOR for the simulator, from a library: it shares no code with the client under test.
import { cdeDecodeOptions, cdeEncodeOptions, decode, encode } from 'cbor2';

export type CborMap = ReadonlyMap<unknown, unknown>;

/** A plain copy: the library takes a Buffer for a map. */
export const bytes = (buffer: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(buffer);

export const toCbor = (value: unknown): Uint8Array<ArrayBuffer> =>
  bytes(encode(value, cdeEncodeOptions));

/** Canonical CBOR only. §8 asks for no more than four levels; the library counts some of them twice. */
export const fromCbor = (encoded: Uint8Array): unknown =>
  decode(bytes(encoded), { ...cdeDecodeOptions, preferMap: true, maxDepth: 12 });

/** A map from integer or text keys; entries with undefined are left out. */
export const map = (...entries: readonly (readonly [number | string, unknown])[]) =>
  new Map<unknown, unknown>(entries.filter(([, value]) => value !== undefined));
