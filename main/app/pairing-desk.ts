import type { Result } from '../../common/result.ts';
import type { PairResponse } from '../../common/wire.ts';
import { type PairingProblem, pairingProblem } from '../../preload/contract.ts';
import type { Clock } from '../ports/clock.ts';
import type { TransportError } from '../ports/transport.ts';

/** How long a code waits that could not be tried, because the server was not reached or was busy. */
const RETRY_MS = 5_000;
/** Only these may be answered otherwise the next time. */
const passing: ReadonlySet<PairingProblem> = new Set(['unreachable', 'slow-down']);

export interface PairingDesk {
  /**
   * A code from the person at the screen. One at a time: while one is asked for, others are left; it takes the place of
   * one that is tried again by itself.
   */
  submit(code: string): void;
  /** Resolves once the server has taken a code. */
  readonly paired: Promise<PairResponse>;
}

/**
 * Pairs a station that is not paired: with the code of its configuration, or with one that is typed. A
 * code that the server will not take is not tried again; it waits for another one.
 */
export function pairingDesk(
  ports: {
    readonly pair: (code: string) => Promise<Result<PairResponse, TransportError>>;
    readonly clock: Pick<Clock, 'mono' | 'at'>;
    readonly changed: (isAsking: boolean, problem: PairingProblem | undefined) => void;
    readonly report: (code: string, cause?: unknown) => void;
  },
  configured: string | undefined,
): PairingDesk {
  let isAsking = false;
  /** Typed while the station tried another code again by itself. */
  let next: string | undefined;
  /** The screen says that the server is asked. */
  let isShown = false;
  let isPaired = false;
  let stopRetry = (): void => undefined;
  let resolve: (identity: PairResponse) => void;
  let reject: (error: unknown) => void;
  const paired = new Promise<PairResponse>((done, failed) => {
    resolve = done;
    reject = failed;
  });

  async function ask(code: string): Promise<void> {
    stopRetry();
    isAsking = true;
    const answer = await ports.pair(code);
    isAsking = false;
    if (answer.ok) {
      isPaired = true;
      resolve(answer.value);
      return;
    }
    const problem = problemOf(answer.error);
    ports.report('pairing', answer.error.kind === 'refused' ? answer.error.error.code : problem);
    if (next !== undefined) {
      const typed = next;
      next = undefined;
      return ask(typed);
    }
    isShown = false;
    ports.changed(false, problem);
    if (passing.has(problem)) {
      const asked = answer.error.kind === 'refused' ? answer.error.retryAfterMs : undefined;
      const wait = Math.max(RETRY_MS, asked ?? 0);
      stopRetry = ports.clock.at(ports.clock.mono() + wait, () => void tryCode(code));
    }
  }
  /** The same, said on the screen; what is tried again by itself takes neither its word nor its field away. */
  const askFor = (code: string) => {
    isShown = true;
    ports.changed(true, undefined);
    if (isAsking) next = code;
    else void tryCode(code);
  };
  // What cannot be kept (a full disk) is a fault of the start, like any other there.
  const tryCode = (code: string) => ask(code).catch((error: unknown) => reject(error));

  ports.changed(false, undefined);
  if (configured !== undefined) askFor(configured);
  return {
    submit(code) {
      if (!isShown && !isPaired) askFor(code);
    },
    paired,
  };
}

function problemOf(error: TransportError): PairingProblem {
  if (error.kind === 'unreachable') return 'unreachable';
  return pairingProblem.safeParse(error.error.code).data ?? 'refused';
}
