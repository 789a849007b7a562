/** The boundary of the hardware: 64-byte HID reports, no report id. */
export interface PacketPort {
  send(report: Uint8Array): void;
  /** One listener at a time. */
  onReport(listener: (report: Uint8Array) => void): void;
  /** The device went away; nothing is received after that. */
  onGone(listener: () => void): void;
  close(): void;
}

export const REPORT_BYTES = 64;

/** What the pure layer needs from its surroundings. */
export interface Surroundings {
  random(length: number): Uint8Array;
  /** Runs once after `ms`; returns a cancel function. */
  after(ms: number, run: () => void): () => void;
}
