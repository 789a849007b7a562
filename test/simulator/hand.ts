/** What came of waiting for a hand: an enrolled finger, somebody else's, or none. */
export type Touched = 'finger' | 'stranger' | 'timeout' | 'cancelled';

/** The key's side: resolves at the next touch. A touch before this does nothing. */
export interface Touch {
  wait(signal: AbortSignal, limitMs: number): Promise<Touched>;
}

export interface Automatic {
  readonly delayMs: number;
  readonly finger: boolean;
}

/** The hand in front of the key: it touches when told to, or by itself after a time. */
export function openHand(onChanged: () => void) {
  let automatic: Automatic | undefined;
  let waiting: ((touched: Touched) => void) | undefined;

  const touch: Touch = {
    wait: (signal, limitMs) =>
      new Promise((resolve) => {
        const limit = setTimeout(() => end('timeout'), limitMs);
        const cancelled = () => end('cancelled');
        const end = (touched: Touched) => {
          clearTimeout(limit);
          signal.removeEventListener('abort', cancelled);
          if (waiting === end) waiting = undefined;
          onChanged();
          resolve(touched);
        };
        if (signal.aborted) return end('cancelled');
        signal.addEventListener('abort', cancelled);
        waiting = end;
        start();
        onChanged();
      }),
  };

  const start = () => {
    const awaited = waiting;
    if (!automatic || !awaited) return;
    const { delayMs, finger } = automatic;
    setTimeout(() => {
      // Only the wait it was meant for, and only if nobody has changed their mind.
      if (waiting === awaited && automatic) awaited(finger ? 'finger' : 'stranger');
    }, delayMs).unref();
  };

  return {
    touch,
    isAwaited: () => waiting !== undefined,
    /** Touches once; true when the key was waiting for it. */
    press(finger: boolean): boolean {
      const awaited = waiting;
      awaited?.(finger ? 'finger' : 'stranger');
      return awaited !== undefined;
    },
    setAutomatic(next: Automatic | undefined) {
      automatic = next;
      start();
    },
  };
}
