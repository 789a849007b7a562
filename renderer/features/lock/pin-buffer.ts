/** CTAP2 §6.5.1: a PIN is at most 63 bytes of UTF-8. Digits are one byte each. */
export const MAX_PIN_BYTES = 63;

const ZERO = 0x30;

/**
 * Holds the digits while they are typed: in one array that only these functions reach, so that they
 * are in no React state, no DOM value and no closure a component renders from.
 */
export function createPinBuffer() {
  const bytes = new Uint8Array(MAX_PIN_BYTES);
  let length = 0;
  return {
    get length() {
      return length;
    },
    push(digit: number): void {
      if (length === MAX_PIN_BYTES) return;
      bytes[length] = ZERO + digit;
      length += 1;
    },
    /** Forgets everything after the first `kept` digits. */
    cut(kept: number): void {
      length = Math.max(0, Math.min(length, kept));
      bytes.fill(0, length);
    },
    /** Lends a copy of the digits, then overwrites the copy and the buffer. */
    spend(use: (pin: Uint8Array) => void): void {
      const pin = bytes.slice(0, length);
      this.cut(0);
      try {
        use(pin);
      } finally {
        pin.fill(0);
      }
    },
  };
}
export type PinBuffer = ReturnType<typeof createPinBuffer>;
