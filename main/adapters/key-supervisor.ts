import { BEAT_MS } from '../../native/agent-watch.ts';
import { type AgentBeat, type KeyEvent, keyEvent, ping, pong } from '../../native/key-protocol.ts';
import type { KeyReader } from '../ports/key-reader.ts';

/** Wait before the next start after a crash, in ms: short at first, then patient. */
const RESTART_MS = [200, 1_000, 5_000, 15_000] as const;
/** Alive for this long = the next crash counts as a first one. */
const STEADY_MS = 60_000;
/** How often the process is asked whether it is there, and how long it may take to say so. */
const PING_MS = 5_000;
const HUNG_MS = 10_000;

/** The child process, as far as it is used: Electron's UtilityProcess fits. */
export interface KeyChild {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'exit', listener: (code: number) => void): unknown;
  kill(): unknown;
}

/** Asks a child at intervals whether it is there; `onHung` when it does not say so. Returns what to call. */
function heartbeat(ask: () => void, onHung: () => void) {
  let timer: NodeJS.Timeout;
  const rest = () => {
    timer = setTimeout(() => {
      ask();
      timer = setTimeout(onHung, HUNG_MS);
    }, PING_MS);
  };
  rest();
  return {
    answered() {
      clearTimeout(timer);
      rest();
    },
    stop: () => clearTimeout(timer),
  };
}

/**
 * Keeps a key process running: starts it again when it dies, and ends it when it hangs, which is then a
 * crash like any other. Its messages are validated: what it says is not trusted more than what a key says.
 * In turn it is told that the agent lives, from when `beat` returns something; so each watches the other.
 */
export function superviseKeys(
  fork: () => KeyChild,
  report: (code: string, cause?: unknown) => void,
  beat: () => AgentBeat | undefined = () => undefined,
): KeyReader {
  let child: KeyChild | undefined;
  let crashes = 0;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  let listener: (event: KeyEvent | { readonly kind: 'crashed' }) => void = () => undefined;

  const start = () => {
    const startedAt = performance.now();
    const mine = fork();
    child = mine;
    const beats = setInterval(() => {
      const now = beat();
      if (now !== undefined) mine.postMessage(now);
    }, BEAT_MS);
    const asking = heartbeat(
      () => mine.postMessage(ping.parse({ kind: 'ping' })),
      () => {
        report('key-process:hung');
        mine.kill();
      },
    );
    mine.on('message', (message) => {
      // Killed or replaced: nothing that it still says counts.
      if (child !== mine || closed) return;
      if (pong.safeParse(message).success) return asking.answered();
      const event = keyEvent.safeParse(message);
      if (event.success) listener(event.data);
      else report('key-process:bad-message');
    });
    mine.on('exit', (code) => {
      asking.stop();
      clearInterval(beats);
      if (child !== mine || closed) return;
      child = undefined;
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
      // Nobody is there to answer: the attempt ends as if the process had died in it.
      if (child) child.postMessage(command);
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
