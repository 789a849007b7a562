/** A moment on both clocks: wall time for people and records, monotonic time for every deadline. */
export interface Instant {
  /** Milliseconds since the Unix epoch. */
  readonly wall: number;
  /** Milliseconds since the agent started; counts sleep; never jumps. */
  readonly mono: number;
}
