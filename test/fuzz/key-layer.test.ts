import { describe, expect, it } from 'vitest';
import { decodeCbor } from '../../native/ctap2/cbor.ts';
import { reassembly } from '../../native/ctap2/reassembly.ts';
import { type Subject, fuzzKeyLayer, keyLayer } from './key-layer.ts';

/** Bounded here; `npm run soak` goes on for as long as it is told. */
const runs = Number(process.env['WARDLOCK_FUZZ_RUNS'] ?? 5_000);

/** What the fuzzing of a broken layer says. */
function complaint(broken: Partial<Subject>): unknown {
  try {
    fuzzKeyLayer({ ...keyLayer, ...broken }, { runs: 5_000 });
    return 'nothing';
  } catch (error) {
    return error instanceof Error && error.cause instanceof Error ? error.cause.message : error;
  }
}

describe('the key layer under fuzzing', () => {
  it(`mishandles none of ${runs} inputs`, { timeout: 600_000 }, () => {
    expect(() => fuzzKeyLayer(keyLayer, { runs })).not.toThrow();
  });

  it('is caught when its decoder reads past the end of a message', () => {
    const decode: typeof decodeCbor = (bytes) => {
      const honest = decodeCbor(bytes);
      if (honest.ok || honest.error !== 'truncated') return honest;
      const longer = new Uint8Array(bytes.length + 1);
      longer.set(bytes);
      return decodeCbor(longer);
    };
    expect(complaint({ decode })).toMatch(/something else/);
  });

  it.each([[-1], [1]])('is caught when a message comes out longer by %i', (more) => {
    const reassemble = () => {
      const honest = reassembly();
      return {
        accept: (frame: Parameters<typeof honest.accept>[0]) =>
          honest.accept(
            frame.kind === 'init' ? { ...frame, length: Math.max(0, frame.length + more) } : frame,
          ),
      };
    };
    expect(complaint({ reassemble })).toMatch(/bytes/);
  });

  it('is caught when packets are taken in any order', () => {
    const reassemble = () => {
      const honest = reassembly();
      let sequence = 0;
      return {
        accept: (frame: Parameters<typeof honest.accept>[0]) =>
          honest.accept(frame.kind === 'init' ? frame : { ...frame, sequence: sequence++ }),
      };
    };
    expect(complaint({ reassemble })).toMatch(/bytes/);
  });
});
