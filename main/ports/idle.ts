/** The operating system's idle clock. */
export interface IdleSource {
  /** Milliseconds since the last input of anybody, whole seconds where the system counts so. */
  ms(): number;
}
