import { type UtilityProcess, utilityProcess } from 'electron';
import { type KeyEvent, keyEvent } from '../../native/key-protocol.ts';
import type { KeyReader } from '../ports/key-reader.ts';

/** Wait before the next start after a crash, in ms: short at first, then patient. */
const RESTART_MS = [200, 1_000, 5_000, 15_000] as const;
/** Alive for this long = the next crash counts as a first one. */
const STEADY_MS = 60_000;

/**
 * Runs native/key-process in an Electron utility process and starts it again when it dies. Messages are
 * validated: what the process says is not trusted more than what a key says.
 */
export function keyProcess(
  entry: string,
  env: Record<string, string>,
  report: (code: string, cause?: unknown) => void,
): KeyReader {
  let child: UtilityProcess | undefined;
  let crashes = 0;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let listener: (event: KeyEvent | { readonly kind: 'crashed' }) => void = () => undefined;

  const start = () => {
    const startedAt = Date.now();
    const mine = utilityProcess.fork(entry, [], {
      serviceName: 'wardlock-keys',
      stdio: 'pipe',
      env,
    });
    child = mine;
    mine.stderr?.on('data', (text: Buffer) =>
      report('key-process:says', text.toString('utf8').trim()),
    );
    mine.on('message', (message: unknown) => {
      const event = keyEvent.safeParse(message);
      if (event.success) listener(event.data);
      else report('key-process:bad-message');
    });
    mine.on('exit', (code) => {
      if (child !== mine || closed) return;
      child = undefined;
      report('key-process:exit', code);
      if (Date.now() - startedAt > STEADY_MS) crashes = 0;
      const wait = RESTART_MS[Math.min(crashes, RESTART_MS.length - 1)];
      crashes++;
      timer = setTimeout(start, wait);
      listener({ kind: 'crashed' });
    });
  };
  start();

  return {
    send(command) {
      if (child) child.postMessage(command);
      // Nobody is there to answer: the attempt ends as if the process had died in it.
      else setImmediate(() => listener({ kind: 'crashed' }));
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
