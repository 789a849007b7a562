/** Work that must not be cut off when the server stops. */
export interface Running {
  /** The same function, watched. */
  watch<A extends readonly unknown[], T>(
    work: (...args: A) => Promise<T>,
  ): (...args: A) => Promise<T>;
  count(): number;
  /** When all that runs now has ended, well or not. */
  settled(): Promise<void>;
}

export function createRunning(): Running {
  const running = new Set<Promise<unknown>>();
  return {
    watch:
      (work) =>
      (...args) => {
        const one = work(...args);
        const forget = () => void running.delete(one);
        running.add(one);
        one.then(forget, forget);
        return one;
      },
    count: () => running.size,
    settled: async () => void (await Promise.allSettled(running)),
  };
}
