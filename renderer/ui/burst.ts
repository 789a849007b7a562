/** Longest pause within one burst, ms. */
const PAUSE = 30;
/** So many characters at such a mean distance (ms) were not typed by a hand. */
const MACHINE = { characters: 8, distance: 8 };
/** No hand types so many characters without one longer pause. */
const LONG_RUN = 12;
/** A key types Enter after its characters; what comes this soon after a burst belongs to it, ms. */
const TAIL = 120;

/**
 * Tells a security key that types (a YubiKey's OTP slot is a keyboard: 44 modhex letters and Enter)
 * from a hand. Times are event time stamps, ms. `T` is what was typed so far, as the caller keeps it;
 * `letters` says whether a hand types letters there at all.
 */
export function createBurstWatch<T>(letters: 'foreign' | 'expected') {
  let last = Number.NEGATIVE_INFINITY;
  let first = 0;
  let characters = 0;
  let foreign = 0;
  /** What was typed when the run began. */
  let before: T;

  const isBurst = () =>
    foreign >= 2 ||
    characters >= LONG_RUN ||
    (characters >= MACHINE.characters && (last - first) / (characters - 1) <= MACHINE.distance);

  return {
    /** A character comes. `typed`: what is there now. Answers what of it may stay. */
    character(at: number, kind: 'digit' | 'letter', typed: T): T {
      if (at - last > PAUSE) {
        first = at;
        characters = 0;
        foreign = 0;
        before = typed;
      }
      last = at;
      characters += 1;
      if (kind === 'letter' && letters === 'foreign') foreign += 1;
      return isBurst() ? before : typed;
    },
    /** Whether what comes now still belongs to a burst. */
    isTail: (at: number): boolean => isBurst() && at - last <= TAIL,
  };
}
