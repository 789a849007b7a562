import type { StreamHint } from '../../common/command.ts';
import { backoffMs } from '../domain/link.ts';
import type { Clock } from '../ports/clock.ts';
import type { Transport } from '../ports/transport.ts';

export interface ServerStreamPorts {
  readonly transport: Pick<Transport, 'stream'>;
  readonly clock: Clock;
  /** A random number from 0 up to 1. */
  readonly random: () => number;
  readonly report: (code: string) => void;
  /** The stream is open (again): whatever was hinted at in between was missed. */
  readonly opened: () => void;
  readonly hint: (hint: StreamHint) => void;
}

export interface ServerStream {
  /** Listens from now on; a stream that ends is opened again. */
  start(): void;
  isOpen(): boolean;
  close(): void;
}

/** A stream that held for this long was a good one: the next failure is a first one. ms. */
const GOOD_MS = 60_000;

/** Keeps one stream to the server open, with jittered backoff: a ward must not come back at one instant. */
export function createServerStream(ports: ServerStreamPorts): ServerStream {
  const { transport, clock, random, report } = ports;
  const controller = new AbortController();
  let isOpen = false;
  let failures = 0;
  let toldEnd: string | undefined;
  let stopTimer = (): void => undefined;

  async function listen(): Promise<void> {
    let openedAt: number | undefined;
    const end = await transport.stream(
      {
        opened() {
          isOpen = true;
          openedAt = clock.mono();
          toldEnd = undefined;
          ports.opened();
        },
        hint: ports.hint,
      },
      controller.signal,
    );
    isOpen = false;
    if (controller.signal.aborted) return;
    const code = end.kind === 'refused' ? end.error.code : 'lost';
    // The same end again and again is told once.
    if (code !== toldEnd) report(`stream:${code}`);
    toldEnd = code;
    const wasGood = openedAt !== undefined && clock.mono() - openedAt > GOOD_MS;
    failures = wasGood ? 1 : failures + 1;
    stopTimer = clock.at(clock.mono() + backoffMs(failures, random()), () => void listen());
  }

  return {
    start: () => void listen(),
    isOpen: () => isOpen,
    close() {
      controller.abort();
      stopTimer();
    },
  };
}
