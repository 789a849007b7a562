import fc from 'fast-check';
import { toHex } from '../../common/bytes.ts';
import { type CborMap, type CborValue, decodeCbor, encodeCbor } from '../../native/ctap2/cbor.ts';
import { type Frame, MAX_MESSAGE } from '../../native/ctap2/frames.ts';
import { type Reassembly, reassembly } from '../../native/ctap2/reassembly.ts';

/** What is fuzzed; replaced by a broken one to see that the fuzzing notices. */
export interface Subject {
  readonly decode: typeof decodeCbor;
  readonly reassemble: () => Reassembly;
}
export const keyLayer: Subject = { decode: decodeCbor, reassemble: reassembly };

const { value } = fc.letrec<{ value: CborValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    fc.maxSafeInteger(),
    fc.boolean(),
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.uint8Array({ maxLength: 300 }).map((bytes) => new Uint8Array(bytes)),
    fc.array(tie('value'), { maxLength: 5 }),
    fc
      .array(fc.tuple(fc.oneof(fc.integer(), fc.string({ maxLength: 8 })), tie('value')), {
        maxLength: 5,
      })
      .map((entries): CborMap => new Map(entries)),
  ),
}));

/** A sound message with a few bytes changed, cut out or put in: near enough to get far. */
const nearlySound = fc
  .tuple(
    value,
    fc.array(fc.tuple(fc.constantFrom('set', 'cut', 'add'), fc.nat(), fc.nat(255)), {
      maxLength: 4,
    }),
  )
  .map(([original, changes]) => {
    const bytes = [...encodeCbor(original)];
    for (const [change, at, byte] of changes) {
      const index = at % (bytes.length + 1);
      bytes.splice(index, change === 'add' ? 0 : 1, ...(change === 'cut' ? [] : [byte]));
    }
    return Uint8Array.from(bytes);
  });

const frame: fc.Arbitrary<Frame> = fc.oneof(
  fc.record({
    kind: fc.constant('init' as const),
    channel: fc.constant(7),
    command: fc.constant(0x10),
    length: fc.oneof(fc.nat(200), fc.nat(0xffff), fc.constantFrom(57, 58, 116, 117, MAX_MESSAGE)),
    part: fc.uint8Array({ minLength: 57, maxLength: 57 }).map((part) => new Uint8Array(part)),
  }),
  fc.record({
    kind: fc.constant('continuation' as const),
    channel: fc.constant(7),
    sequence: fc.oneof(fc.nat(3), fc.nat(127)),
    part: fc.uint8Array({ minLength: 59, maxLength: 59 }).map((part) => new Uint8Array(part)),
  }),
);

/** What these packets say, by the letter of §11.2.4: the message, or nothing. */
function byTheLetter([first, ...rest]: readonly Frame[]): Uint8Array | undefined {
  if (first?.kind !== 'init' || first.length > MAX_MESSAGE) return undefined;
  const bytes = [...first.part];
  for (const [index, next] of rest.entries()) {
    if (next.kind !== 'continuation' || next.sequence !== index) return undefined;
    bytes.push(...next.part);
  }
  return bytes.length >= first.length ? Uint8Array.from(bytes.slice(0, first.length)) : undefined;
}

/**
 * Throws at the first input that the key layer mishandles, with what reproduces it: a decoder that throws,
 * takes two encodings for one value or reads what was not sent, or a message put together wrongly.
 */
export function fuzzKeyLayer(
  { decode, reassemble }: Subject,
  { runs, seed }: { readonly runs: number; readonly seed?: number },
): void {
  const options = { numRuns: runs, ...(seed === undefined ? {} : { seed }) };
  const input = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => new Uint8Array(bytes)),
    nearlySound,
  );
  fc.assert(
    fc.property(input, (bytes) => {
      const decoded = decode(bytes);
      if (decoded.ok && toHex(encodeCbor(decoded.value)) !== toHex(bytes)) {
        throw new Error('decoded to something else than was sent');
      }
    }),
    options,
  );
  fc.assert(
    fc.property(fc.array(frame, { minLength: 1, maxLength: 6 }), (frames) => {
      const incoming = reassemble();
      const accepted: Frame[] = [];
      for (const next of frames) {
        accepted.push(next);
        const arrival = incoming.accept(next);
        const wanted = byTheLetter(accepted);
        const got = arrival.kind === 'whole' ? arrival.payload : undefined;
        if ((got && toHex(got)) !== (wanted && toHex(wanted))) {
          throw new Error(`${arrival.kind} where ${wanted?.length} bytes were sent`);
        }
        if (arrival.kind !== 'more') return;
      }
    }),
    options,
  );
}
