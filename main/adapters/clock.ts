import { openSync, readSync } from 'node:fs';
import type { Clock } from '../ports/clock.ts';

/** Wall time more than this off what the monotonic clock says is a jump. */
const JUMP_MS = 5_000;
const HEARTBEAT_MS = 1_000;
/** Longest delay that setTimeout takes without firing at once. */
const MAX_DELAY_MS = 2 ** 31 - 1;

export interface StationClock extends Clock {
  /**
   * Called with the distance in ms (negative = set back) when wall time leaves the monotonic clock by
   * more than 5 s, by one jump or by creeping. The new wall time is then the reference.
   */
  onJump(listener: (ms: number) => void): void;
  /** Called when the system has slept, also where it did not say so. */
  onSlept(listener: () => void): void;
  /** Call when the system has woken up: timers are set anew at once instead of within a second. */
  resynchronise(): void;
  close(): void;
}

/** What a clock is made of; milliseconds. */
export interface TimeSource {
  wall(): number;
  /** Counts sleep, never goes back; any origin. */
  boot(): number;
  /** Node's timers follow this one: it stands still while the system sleeps. */
  awake(): number;
}

export function createClock(source: TimeSource = systemTime()): StationClock {
  const origin = source.boot();
  const mono = (): number => source.boot() - origin;
  let offset = source.wall() - source.boot();
  let slept = source.boot() - source.awake();
  const jumpListeners = new Set<(ms: number) => void>();
  const sleepListeners = new Set<() => void>();
  const timers = new Set<{ arm(): void; stop(): void }>();

  function resynchronise(): void {
    const asleep = source.boot() - source.awake();
    if (Math.abs(asleep - slept) > HEARTBEAT_MS / 2) {
      slept = asleep;
      for (const timer of timers) timer.arm();
      for (const listener of sleepListeners) listener();
    }
    const jump = source.wall() - source.boot() - offset;
    if (Math.abs(jump) <= JUMP_MS) return;
    offset += jump;
    for (const listener of jumpListeners) listener(Math.round(jump));
  }

  const heartbeat = setInterval(resynchronise, HEARTBEAT_MS);
  heartbeat.unref();

  return {
    wall: source.wall,
    mono,
    at(at, run) {
      let timeout: NodeJS.Timeout | undefined;
      const timer = {
        arm() {
          clearTimeout(timeout);
          const delay = Math.ceil(at - mono());
          timeout = setTimeout(fire, Math.min(Math.max(delay, 1), MAX_DELAY_MS));
        },
        stop() {
          clearTimeout(timeout);
          timers.delete(timer);
        },
      };
      function fire(): void {
        // The two clocks may differ by a tick: never early.
        if (mono() < at) return timer.arm();
        timers.delete(timer);
        run();
      }
      timers.add(timer);
      timer.arm();
      return timer.stop;
    },
    onJump: (listener) => void jumpListeners.add(listener),
    onSlept: (listener) => void sleepListeners.add(listener),
    resynchronise,
    close() {
      clearInterval(heartbeat);
      for (const timer of timers) timer.stop();
    },
  };
}

/**
 * Node reaches no clock that counts sleep on every system. Windows: QueryPerformanceCounter, behind
 * process.hrtime, does. Linux: hrtime is CLOCK_MONOTONIC, which does not; the first figure of
 * /proc/uptime is CLOCK_BOOTTIME in hundredths of a second (proc(5)).
 */
export function systemTime(platform: NodeJS.Platform = process.platform): TimeSource {
  const awake = (): number => Number(process.hrtime.bigint() / 1_000n) / 1_000;
  const boot = platform === 'linux' ? linuxBootTime(awake) : awake;
  return { wall: () => Date.now(), boot, awake };
}

/** A read costs 5 µs: between two of them the awake clock goes on, so that a wake-up is seen within 20 ms. */
const FRESH_MS = 20;

function linuxBootTime(awake: () => number): () => number {
  const file = openSync('/proc/uptime', 'r');
  const buffer = Buffer.alloc(64);
  let read = 0;
  let readAt = Number.NEGATIVE_INFINITY;
  let latest = 0;
  return () => {
    const now = awake();
    if (now - readAt > FRESH_MS) {
      const length = readSync(file, buffer, 0, buffer.length, 0);
      const seconds = Number(buffer.toString('latin1', 0, length).split(' ', 1)[0]);
      if (!Number.isFinite(seconds)) throw new Error('/proc/uptime cannot be read');
      read = seconds * 1_000;
      readAt = now;
    }
    // Hundredths against microseconds: without the maximum it would step back by up to 10 ms.
    latest = Math.max(latest, read + now - readAt);
    return latest;
  };
}
