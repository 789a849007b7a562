import { type Frame, MAX_MESSAGE } from './frames.ts';

export type Arrival =
  | { readonly kind: 'more' }
  | { readonly kind: 'whole'; readonly payload: Uint8Array }
  | { readonly kind: 'broken'; readonly reason: string };

export interface Reassembly {
  accept(frame: Frame): Arrival;
}

const broken = (reason: string): Arrival => ({ kind: 'broken', reason });

/**
 * Puts the packets of one message together (CTAP 2.1 §11.2.4): one beginning, continuations numbered from
 * 0 without a gap, and exactly as many bytes as the beginning told.
 */
export function reassembly(): Reassembly {
  let buffer: Uint8Array | undefined;
  let filled = 0;
  let sequence = 0;

  const append = (target: Uint8Array, part: Uint8Array): Arrival => {
    const usable = part.subarray(0, target.length - filled);
    target.set(usable, filled);
    filled += usable.length;
    return filled < target.length ? { kind: 'more' } : { kind: 'whole', payload: target };
  };

  return {
    accept(frame) {
      if (frame.kind === 'init') {
        if (buffer) return broken('message inside a message');
        if (frame.length > MAX_MESSAGE) return broken(`message of ${frame.length} bytes`);
        buffer = new Uint8Array(frame.length);
        return append(buffer, frame.part);
      }
      if (!buffer || frame.sequence !== sequence) return broken('continuation packet out of order');
      sequence++;
      return append(buffer, frame.part);
    },
  };
}
