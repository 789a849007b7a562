import type { DirectorySnapshot } from '../../common/directory.ts';
import type { EventDraft } from '../../common/event.ts';
import type { DirectoryRefusal } from '../../common/event-codes.ts';
import { backoffMs } from '../domain/link.ts';
import type { Clock } from '../ports/clock.ts';
import type { DirectoryStore } from '../ports/directory.ts';
import type { Transport } from '../ports/transport.ts';

export interface DirectorySyncPorts {
  readonly store: DirectoryStore;
  readonly transport: Pick<Transport, 'directory'>;
  readonly clock: Clock;
  /** A random number from 0 up to 1. */
  readonly random: () => number;
  readonly report: (code: string, cause?: unknown) => void;
  /** A newer snapshot is in force, with the event that tells it. */
  readonly updated: (snapshot: DirectorySnapshot, event: EventDraft) => void;
  /** The server sent a snapshot that is not taken; told once per reason until one is taken. */
  readonly refused: (event: EventDraft) => void;
  /** The server has just said that the snapshot in force is the newest; wall clock, ms. */
  readonly confirmed: (at: number) => void;
}

export interface DirectorySync {
  /** Asks now, and from then on by itself. */
  start(): void;
  /** The server says that there is something new: asks now, or again once the question on its way is answered. */
  kick(): void;
  close(): void;
}

const POLL_MS = 15_000;
/** Somebody stands at the station and waits for its approval. */
const PENDING_MS = 5_000;

/** Keeps the directory fresh: every 15 s, more seldom while the server cannot be reached. */
export function createDirectorySync(ports: DirectorySyncPorts): DirectorySync {
  const { store, transport, clock, random, report } = ports;
  let isClosed = false;
  let stopTimer = (): void => undefined;
  let failures = 0;
  let isPending = false;
  let toldRefusal: string | undefined;
  let isAsking = false;
  let isWanted = false;

  async function poll(): Promise<void> {
    isAsking = true;
    isWanted = false;
    try {
      failures = (await ask()) ? 0 : failures + 1;
    } catch (error) {
      failures++;
      report('directory:threw', error);
    }
    isAsking = false;
    if (isClosed) return;
    if (isWanted) return void poll();
    stopTimer = clock.at(clock.mono() + nextMs(), () => void poll());
  }

  /** Jittered, so that stations that started together do not ask together. */
  function nextMs(): number {
    if (failures > 0 && !isPending) return backoffMs(failures, random());
    return (isPending ? PENDING_MS : POLL_MS) * (0.9 + 0.2 * random());
  }

  /** True when what is in force is now what the server wants. */
  async function ask(): Promise<boolean> {
    const inForce = store.current()?.version;
    const answer = await transport.directory(store.stored());
    if (isClosed) return false;
    const code = answer.ok || answer.error.kind !== 'refused' ? undefined : answer.error.error.code;
    isPending = code === 'station-pending';
    if (code !== undefined) report(`directory:refused:${code}`);
    if (!answer.ok) return false;
    if (answer.value === undefined) {
      ports.confirmed(clock.wall());
      return true;
    }
    const accepted = await store.accept(answer.value);
    if (isClosed) return false;
    if (!accepted.ok) {
      tellRefusal(accepted.error);
      return false;
    }
    toldRefusal = undefined;
    const { version } = accepted.value;
    if (version !== inForce) {
      ports.updated(accepted.value, {
        type: 'directory.updated',
        outcome: 'success',
        detail: { version },
      });
    }
    ports.confirmed(clock.wall());
    return store.stored() === version;
  }

  /** The server repeats what it has at every poll: one event says it. */
  function tellRefusal(reason: DirectoryRefusal): void {
    report(`directory:${reason}`);
    if (toldRefusal === reason) return;
    toldRefusal = reason;
    ports.refused({ type: 'directory.refused', outcome: 'failure', detail: { reason } });
  }

  function kick(): void {
    isWanted = true;
    if (isAsking || isClosed) return;
    stopTimer();
    void poll();
  }

  return {
    start: kick,
    kick,
    close() {
      isClosed = true;
      stopTimer();
    },
  };
}
