/** The connection to the server. Times are wall clock, ms. */
export type Link =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'connected' }
  | { readonly kind: 'offline'; readonly since: number };

/** The server answered, or it could not be reached. The same object when nothing changes. */
export function nextLink(link: Link, reached: boolean, wall: number): Link {
  if (reached) return link.kind === 'connected' ? link : { kind: 'connected' };
  return link.kind === 'offline' ? link : { kind: 'offline', since: wall };
}

const FIRST_MS = 1_000;
const LONGEST_MS = 60_000;

/**
 * Exponential backoff with equal jitter, 1 s to 60 s: a ward whose server comes back must not fall on it
 * at one instant. `failures` counts from 1; `jitter` is a random number from 0 (shortest) up to 1.
 */
export function backoffMs(failures: number, jitter: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(failures, 16));
  return Math.round(full / 2 + (full / 2) * jitter);
}
