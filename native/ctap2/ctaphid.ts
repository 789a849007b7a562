import { CtapLinkError } from './status.ts';
import { type PacketPort, REPORT_BYTES, type Surroundings } from './packet-port.ts';

/** CTAPHID commands (CTAP 2.1 §11.2.9), without the initialisation bit. */
const COMMAND = { PING: 0x01, INIT: 0x06, WINK: 0x08, CBOR: 0x10, CANCEL: 0x11, KEEPALIVE: 0x3b, ERROR: 0x3f } as const;
const INIT_BIT = 0x80;
const BROADCAST = 0xffff_ffff;
const MAX_MESSAGE = 7609; // §11.2.4: 64 − 7 + 128 × (64 − 5)
const CAPABILITY_CBOR = 0x04;
const CAPABILITY_NMSG = 0x08;
const ERROR_CHANNEL_BUSY = 0x06;
const STATUS_UP_NEEDED = 2;

/** A key sends a keepalive every 100 ms while it works (§11.2.9.2.1); ten missed ones = gone silent. */
const SILENCE_MS = 1_000;
const INIT_MS = 1_000;

export interface HidInfo {
  readonly cbor: boolean;
  readonly msg: boolean;
}

interface Pending {
  readonly channel: number;
  readonly command: number;
  readonly resolve: (payload: Uint8Array) => void;
  readonly reject: (error: Error) => void;
  readonly onTouch: (() => void) | undefined;
  /** False for an answer that belongs to somebody else. */
  readonly isOurs: (payload: Uint8Array) => boolean;
  stopTimer: () => void;
  buffer: Uint8Array | undefined;
  filled: number;
  sequence: number;
}

/** One logical channel to one key. One transaction at a time. */
export class CtapHid {
  private readonly port: PacketPort;
  private readonly surroundings: Surroundings;
  private channel = BROADCAST;
  private pending: Pending | undefined;
  private gone = false;
  /** Reports in both directions so far, keepalives aside. */
  reports = 0;

  constructor(port: PacketPort, surroundings: Surroundings) {
    this.port = port;
    this.surroundings = surroundings;
    port.onReport((report) => this.receive(report));
    port.onGone(() => {
      this.gone = true;
      this.fail(new CtapLinkError('removed'));
    });
  }

  /** Allocates a channel (§11.2.9.1.3). */
  async open(): Promise<HidInfo> {
    const nonce = this.surroundings.random(8);
    // On the broadcast channel everybody reads everybody's answer: ours carries our nonce.
    const isOurs = (payload: Uint8Array) => nonce.every((byte, i) => payload[i] === byte);
    const answer = await this.transact(BROADCAST, COMMAND.INIT, nonce, INIT_MS, { isOurs });
    if (answer.length < 17) throw new CtapLinkError('malformed', 'INIT answer is too short');
    const view = new DataView(answer.buffer, answer.byteOffset, answer.length);
    this.channel = view.getUint32(8);
    if (this.channel === 0 || this.channel === BROADCAST) {
      throw new CtapLinkError('malformed', 'INIT gave a reserved channel');
    }
    const capabilities = view.getUint8(16);
    return { cbor: (capabilities & CAPABILITY_CBOR) !== 0, msg: (capabilities & CAPABILITY_NMSG) === 0 };
  }

  /** Sends one CTAP2 message and resolves with the answer, status byte first. */
  cbor(message: Uint8Array, onTouch?: () => void): Promise<Uint8Array> {
    return this.transact(this.channel, COMMAND.CBOR, message, SILENCE_MS, { onTouch });
  }

  /** Asks the key to end the running transaction (§11.2.9.1.5); the answer is 0x2D, or a result that came first. */
  cancel(): void {
    if (this.pending?.command === COMMAND.CBOR) this.send(this.channel, COMMAND.CANCEL, new Uint8Array());
  }

  close(): void {
    this.fail(new CtapLinkError('cancelled'));
    this.port.close();
  }

  private transact(
    channel: number,
    command: number,
    payload: Uint8Array,
    silence: number,
    options: {
      readonly onTouch?: (() => void) | undefined;
      readonly isOurs?: (payload: Uint8Array) => boolean;
    },
  ): Promise<Uint8Array> {
    if (this.gone) return Promise.reject(new CtapLinkError('removed'));
    if (this.pending) return Promise.reject(new Error('a transaction is already running'));
    return new Promise((resolve, reject) => {
      this.pending = {
        channel,
        command,
        resolve,
        reject,
        onTouch: options.onTouch,
        isOurs: options.isOurs ?? (() => true),
        stopTimer: () => undefined,
        buffer: undefined,
        filled: 0,
        sequence: 0,
      };
      this.expect(silence);
      this.send(channel, command, payload);
    });
  }

  private expect(ms: number): void {
    const { pending } = this;
    if (!pending) return;
    pending.stopTimer();
    pending.stopTimer = this.surroundings.after(ms, () => this.fail(new CtapLinkError('silent')));
  }

  private settle(): Pending | undefined {
    const { pending } = this;
    this.pending = undefined;
    pending?.stopTimer();
    return pending;
  }

  private fail(error: CtapLinkError): void {
    this.settle()?.reject(error);
  }

  /** §11.2.4: one initialisation packet, then continuation packets numbered from 0. */
  private send(channel: number, command: number, payload: Uint8Array): void {
    if (payload.length > MAX_MESSAGE) throw new RangeError(`message of ${payload.length} bytes`);
    let offset = 0;
    for (let sequence = -1; sequence < 0 || offset < payload.length; sequence++) {
      const report = new Uint8Array(REPORT_BYTES);
      const view = new DataView(report.buffer);
      view.setUint32(0, channel);
      let start = 5;
      if (sequence < 0) {
        view.setUint8(4, command | INIT_BIT);
        view.setUint16(5, payload.length);
        start = 7;
      } else {
        view.setUint8(4, sequence);
      }
      const part = payload.subarray(offset, offset + REPORT_BYTES - start);
      report.set(part, start);
      offset += part.length;
      this.reports++;
      this.port.send(report);
    }
  }

  private receive(report: Uint8Array): void {
    const { pending } = this;
    if (!pending || report.length !== REPORT_BYTES) return;
    const view = new DataView(report.buffer, report.byteOffset, report.length);
    // §11.2.5.3: packets for other channels are other people's; ignore them.
    if (view.getUint32(0) !== pending.channel) return;
    const second = view.getUint8(4);
    if (second === (COMMAND.KEEPALIVE | INIT_BIT)) {
      this.expect(SILENCE_MS);
      if (view.getUint8(7) === STATUS_UP_NEEDED) pending.onTouch?.();
      return;
    }
    this.reports++;
    if ((second & INIT_BIT) === 0) return this.continue(pending, second, report);
    const command = second & ~INIT_BIT;
    const length = view.getUint16(5);
    if (command === COMMAND.ERROR) {
      return this.fail(
        view.getUint8(7) === ERROR_CHANNEL_BUSY
          ? new CtapLinkError('busy')
          : new CtapLinkError('malformed', `CTAPHID error ${view.getUint8(7)}`),
      );
    }
    if (command !== pending.command) return this.fail(new CtapLinkError('malformed', `unexpected command ${command}`));
    if (length > MAX_MESSAGE) return this.fail(new CtapLinkError('malformed', `message of ${length} bytes`));
    if (pending.buffer) return this.fail(new CtapLinkError('malformed', 'message inside a message'));
    pending.buffer = new Uint8Array(length);
    this.append(pending, report.subarray(7));
  }

  private continue(pending: Pending, sequence: number, report: Uint8Array): void {
    if (!pending.buffer || sequence !== pending.sequence) {
      return this.fail(new CtapLinkError('malformed', 'continuation packet out of order'));
    }
    pending.sequence++;
    this.append(pending, report.subarray(5));
  }

  private append(pending: Pending, part: Uint8Array): void {
    const { buffer } = pending;
    if (!buffer) return;
    const usable = part.subarray(0, buffer.length - pending.filled);
    buffer.set(usable, pending.filled);
    pending.filled += usable.length;
    if (pending.filled < buffer.length) return this.expect(SILENCE_MS);
    if (!pending.isOurs(buffer)) {
      pending.buffer = undefined;
      pending.filled = 0;
      return;
    }
    this.settle();
    pending.resolve(buffer);
  }
}
