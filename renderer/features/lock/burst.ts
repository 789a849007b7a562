/** Longest pause within one burst, ms. */
const PAUSE = 30;
/** So many characters at such a mean distance (ms) were not typed by a hand. */
const MACHINE = { characters: 8, distance: 8 };
/** A key types Enter after its characters; what comes this soon after a burst belongs to it, ms. */
const TAIL = 120;

/**
 * Tells a security key that types (a YubiKey's OTP slot is a keyboard: 44 modhex letters and Enter)
 * from a hand. Times are event time stamps, ms.
 */
export function createBurstWatch() {
  let last = Number.NEGATIVE_INFINITY;
  let first = 0;
  let characters = 0;
  let letters = 0;
  /** Digits that were in the buffer when the run began. */
  let before = 0;

  const isBurst = () =>
    letters >= 2 ||
    (characters >= MACHINE.characters && (last - first) / (characters - 1) <= MACHINE.distance);

  return {
    /** A character came. `typed`: digits in the buffer now. Answers how many of them may stay. */
    character(at: number, kind: 'digit' | 'letter', typed: number): number {
      if (at - last > PAUSE) {
        first = at;
        characters = 0;
        letters = 0;
        before = typed;
      }
      last = at;
      characters += 1;
      if (kind === 'letter') letters += 1;
      return isBurst() ? before : typed;
    },
    /** Whether what comes now still belongs to a burst. */
    isTail: (at: number): boolean => isBurst() && at - last <= TAIL,
  };
}
