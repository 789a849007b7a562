/**
 * Slows guessing per address. Only refused attempts count: a rollout that pairs a hundred stations
 * behind one address is not slowed.
 */
export interface RefusedAttempts {
  isTooMany(address: string): boolean;
  count(address: string): void;
}

const WINDOW_MS = 60_000;
const ALLOWED = 10;
/** More addresses than this within a window share one counter. */
const ADDRESSES = 10_000;

export function createRefusedAttempts(now: () => number): RefusedAttempts {
  let windowEnds = 0;
  const counts = new Map<string, number>();
  const slot = (address: string) =>
    counts.has(address) || counts.size < ADDRESSES ? address : 'others';
  const roll = () => {
    if (now() < windowEnds) return;
    windowEnds = now() + WINDOW_MS;
    counts.clear();
  };
  return {
    isTooMany(address) {
      roll();
      return (counts.get(slot(address)) ?? 0) >= ALLOWED;
    },
    count(address) {
      roll();
      counts.set(slot(address), (counts.get(slot(address)) ?? 0) + 1);
    },
  };
}
