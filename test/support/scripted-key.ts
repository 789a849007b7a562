import type { PacketPort, Surroundings } from '../../native/ctap2/packet-port.ts';

/** Timers that run when the test says so, and randomness that counts: for the pure key layer. */
export function manualSurroundings() {
  let now = 0;
  let counter = 0;
  const timers = new Set<{ readonly at: number; readonly run: () => void }>();
  const surroundings: Surroundings = {
    random: (length) => Uint8Array.from({ length }, () => ++counter & 0xff),
    after(ms, run) {
      const timer = { at: now + ms, run };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  };
  return {
    surroundings,
    waiting: () => timers.size,
    /** Moves the clock, running what falls due in order. */
    advance(ms: number) {
      const until = now + ms;
      for (;;) {
        const [due] = [...timers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
        if (!due) break;
        now = due.at;
        timers.delete(due);
        due.run();
      }
      now = until;
    },
  };
}

/** A port whose other end is the test: what was sent is kept, and answers are handed in. */
export function scriptedPort() {
  const sent: Uint8Array[] = [];
  let closed = false;
  let report: (report: Uint8Array) => void = () => undefined;
  let gone = () => {};
  let onSent: (report: Uint8Array) => void = () => undefined;
  const port: PacketPort = {
    send(packet) {
      sent.push(packet);
      onSent(packet);
    },
    onReport(listener) {
      report = listener;
    },
    onGone(listener) {
      gone = listener;
    },
    close() {
      closed = true;
    },
  };
  return {
    port,
    sent,
    isClosed: () => closed,
    answer: (packet: Uint8Array) => report(packet),
    pull: () => gone(),
    onSent(listener: (report: Uint8Array) => void) {
      onSent = listener;
    },
  };
}

/** Lets everything that waits only for resolved promises run. */
export const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
