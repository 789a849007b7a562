import { type KeyEvent, keyEvent } from '../../native/key-protocol.ts';
import type { KeyReader } from '../ports/key-reader.ts';

/** Wait before the next start after a crash, in ms: short at first, then patient. */
const RESTART_MS = [200, 1_000, 5_000, 15_000] as const;
/** Alive for this long = the next crash counts as a first one. */
const STEADY_MS = 60_000;
/** A process that has said nothing for this long after `begin` hangs: each of its waits is shorter. */
const HUNG_MS = 15_000;

/** The child process, as far as it is used: Electron's UtilityProcess fits. */
export interface KeyChild {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  kill(): unknown;
}

/**
 * Keeps a key process running: starts it again when it dies, and ends it when it hangs. Its messages are
 * validated: what it says is not trusted more than what a key says.
 */
export function superviseKeys(
  fork: () => KeyChild,
  report: (code: string, cause?: unknown) => void,
): KeyReader {
  let child: KeyChild | undefined;
  let crashes = 0;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let unansweredSince: number | undefined;
  let listener: (event: KeyEvent | { readonly kind: 'crashed' }) => void = () => undefined;

  const start = () => {
    const startedAt = performance.now();
    const mine = fork();
    child = mine;
    mine.on('message', (message) => {
      // Killed or replaced: nothing that it still says counts.
      if (child !== mine || closed) return;
      unansweredSince = undefined;
      const event = keyEvent.safeParse(message);
      if (event.success) listener(event.data);
      else report('key-process:bad-message');
    });
    mine.on('exit', (code) => {
      if (child !== mine || closed) return;
      child = undefined;
      unansweredSince = undefined;
      report('key-process:exit', code);
      if (performance.now() - startedAt > STEADY_MS) crashes = 0;
      timer = setTimeout(start, RESTART_MS[Math.min(crashes, RESTART_MS.length - 1)]);
      crashes++;
      listener({ kind: 'crashed' });
    });
  };
  start();

  return {
    send(command) {
      if (!child) {
        // Nobody is there to answer: the attempt ends as if the process had died in it.
        setImmediate(() => listener({ kind: 'crashed' }));
        return;
      }
      child.postMessage(command);
      // Nothing answers a cancel: it is no sign of a process that hangs.
      if (command.kind === 'cancel') unansweredSince = undefined;
      if (command.kind !== 'begin') return;
      const now = performance.now();
      unansweredSince ??= now;
      if (now - unansweredSince <= HUNG_MS) return;
      report('key-process:hung');
      child.kill();
    },
    listen(next) {
      listener = next;
    },
    close() {
      closed = true;
      if (timer) clearTimeout(timer);
      child?.kill();
    },
  };
}
