/** The first repetition is told after this; each wait is twice the one before. */
const FIRST_WAIT_MS = 10_000;
const LONGEST_WAIT_MS = 20 * 60_000;

/**
 * Tells of things that may happen as often as somebody likes, such as the attempts of a hostile page: each
 * kind at once when it is new, later with the number of times since it was last told.
 * @param mono milliseconds of a clock that only goes forward
 */
export function sparingly<Kind>(
  mono: () => number,
  tell: (kind: Kind, times: number) => void,
): (key: string, kind: Kind) => void {
  const seen = new Map<string, { times: number; wait: number; next: number }>();
  return (key, kind) => {
    const entry = seen.get(key) ?? { times: 0, wait: FIRST_WAIT_MS, next: mono() };
    seen.set(key, entry);
    entry.times++;
    if (mono() < entry.next) return;
    tell(kind, entry.times);
    entry.times = 0;
    entry.next = mono() + entry.wait;
    entry.wait = Math.min(entry.wait * 2, LONGEST_WAIT_MS);
  };
}
