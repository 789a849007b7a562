/** Wall time for records, a monotonic clock that counts sleep for deadlines, and timers on the latter. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  wall(): number;
  /** Milliseconds since boot of the agent; counts sleep; never jumps. */
  mono(): number;
  /** Calls `run` once `mono()` has reached `at`; returns a cancel function. */
  at(at: number, run: () => void): () => void;
}
