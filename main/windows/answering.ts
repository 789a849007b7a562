/** A page is asked this often whether it answers. */
const ASK_MS = 4_000;

export interface Answering {
  /** It owes an answer for longer than it may. */
  readonly isHung: boolean;
  /** It has answered, or there is no page any more that could. */
  settle(): void;
  stop(): void;
}

/**
 * Asks a page now and then whether it answers. Chromium by itself misses one that hangs only once somebody
 * has touched it in vain, and never one with a debugger (page-guard.ts).
 */
export function answering(
  page: {
    /** Whether to ask now. */
    isDue(): boolean;
    ask(): Promise<unknown>;
    /** Ordinary work of the page is shorter. */
    patienceMs: number;
  },
  changed: (isHung: boolean) => void,
): Answering {
  let owed: NodeJS.Timeout | undefined;
  let isHung = false;
  const set = (next: boolean) => {
    if (isHung === next) return;
    isHung = next;
    changed(next);
  };
  const settle = () => {
    clearTimeout(owed);
    owed = undefined;
    set(false);
  };
  const timer = setInterval(() => {
    if (owed !== undefined || !page.isDue()) return;
    owed = setTimeout(() => set(true), page.patienceMs);
    page.ask().then(settle, settle);
  }, ASK_MS);
  return {
    get isHung() {
      return isHung;
    },
    settle,
    stop() {
      clearInterval(timer);
      clearTimeout(owed);
      isHung = false;
    },
  };
}
