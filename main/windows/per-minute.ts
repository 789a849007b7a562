const MINUTE_MS = 60_000;

/** Answers whether this one is among the first `most` within a minute. */
export function perMinute(most: number): () => boolean {
  let taken: readonly number[] = [];
  return () => {
    const now = performance.now();
    taken = taken.filter((at) => now - at < MINUTE_MS);
    if (taken.length >= most) return false;
    taken = [...taken, now];
    return true;
  };
}
