// CBOR for the simulator, from a library: it shares no code with the client under test.
import { cdeDecodeOptions, cdeEncodeOptions, decode, encode } from 'cbor2';

export const toCbor = (value) => new Uint8Array(encode(value, cdeEncodeOptions));
export const fromCbor = (bytes) =>
  decode(new Uint8Array(bytes), { ...cdeDecodeOptions, preferMap: true });

/** A map from integer or text keys; entries with undefined are left out. */
export const map = (...entries) => new Map(entries.filter(([, value]) => value !== undefined));
