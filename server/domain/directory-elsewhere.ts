/** A station on whose screen a member's session is, and when it came there by that station's clock, ms. */
export interface Screen {
  readonly station: string;
  readonly at: number;
}

/**
 * The screens that a member has left behind: all but the newest. A late upload of old events makes its own
 * station the older one, so it never locks the one where the member is now.
 */
export function leftBehind(screens: readonly Screen[]): readonly Screen[] {
  const newest = Math.max(...screens.map(({ at }) => at));
  return screens.filter(({ at }) => at < newest);
}
