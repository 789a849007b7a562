import { MAX_BATCH_BYTES, MAX_BATCH_EVENTS } from '../../common/wire.ts';
import { backoffMs } from '../domain/link.ts';
import type { Clock } from '../ports/clock.ts';
import type { PastEpochs } from '../ports/journal.ts';
import type { Transport } from '../ports/transport.ts';

export interface PastUploader {
  /** Once at start, and whenever an epoch has ended. */
  kick(): void;
  close(): void;
}

/** The server keeps such events as disputed before it answers so. */
const kept: ReadonlySet<string> = new Set(['chain-fork', 'chain-gap']);

/** Sends what the server does not have of past, disputed epochs: nothing is lost. */
export function createPastUploader(ports: {
  readonly journal: PastEpochs;
  readonly transport: Pick<Transport, 'upload'>;
  readonly clock: Clock;
  /** A random number from 0 up to 1. */
  readonly random: () => number;
  readonly report: (code: string, cause?: unknown) => void;
}): PastUploader {
  const { journal, transport, clock, random, report } = ports;
  let isRunning = false;
  let isClosed = false;
  let failures = 0;
  let stopTimer = (): void => undefined;

  async function run(): Promise<void> {
    isRunning = true;
    let isMore = true;
    while (isMore && !isClosed) {
      try {
        isMore = await sendOnce();
      } catch (error) {
        report('past:threw', error);
        wait();
        isMore = false;
      }
    }
    isRunning = false;
  }

  /** False = there is nothing more, or it has to wait. */
  async function sendOnce(): Promise<boolean> {
    const batch = journal.past(MAX_BATCH_EVENTS, MAX_BATCH_BYTES);
    const last = batch?.entries.at(-1);
    if (batch === undefined || last === undefined) return false;
    const answer = await transport.upload(batch.entries.map(({ canonical }) => canonical));
    if (isClosed) return false;
    const isKept =
      answer.ok || (answer.error.kind === 'refused' && kept.has(answer.error.error.code));
    if (!isKept) {
      wait();
      return false;
    }
    failures = 0;
    journal.pastSent(batch.epoch, last.seq);
    return true;
  }

  function wait(): void {
    failures++;
    stopTimer();
    stopTimer = clock.at(clock.mono() + backoffMs(failures, random()), kick);
  }

  function kick(): void {
    if (!isRunning && !isClosed) void run();
  }

  return {
    kick,
    close() {
      isClosed = true;
      stopTimer();
    },
  };
}
