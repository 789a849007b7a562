import { type Frame, MAX_MESSAGE, readReport, toReports } from './frames.ts';
import type { PacketPort, Surroundings } from './packet-port.ts';
import { CtapLinkError, type LinkFault } from './status.ts';

/** CTAPHID commands (CTAP 2.1 §11.2.9), without the initialisation bit. */
const COMMAND = { INIT: 0x06, CBOR: 0x10, CANCEL: 0x11, KEEPALIVE: 0x3b, ERROR: 0x3f } as const;
const BROADCAST = 0xffff_ffff;
const CAPABILITY_CBOR = 0x04;
const ERROR_CHANNEL_BUSY = 0x06;
const STATUS_UP_NEEDED = 2;

/** A key sends a keepalive every 100 ms while it works (§11.2.9.2.1): nothing for this long = gone silent. */
const SILENCE_MS = 3_000;
/** INIT is answered by the USB side of the key, without thinking. */
const INIT_MS = 1_000;
/** Longest time for a command that waits for nobody's hand, however many keepalives come. */
const COMMAND_MS = 8_000;
/** How long a key may take to let go after CANCEL. */
const CANCEL_MS = 1_000;
/** A busy key is asked again a little later (§11.2.9.1.6, ERR_CHANNEL_BUSY). */
const BUSY_WAIT_MS = 100;
const BUSY_TRIES = 10;

export interface HidInfo {
  /** The key speaks CTAP2. */
  readonly cbor: boolean;
}

export interface Patience {
  /** Called at each keepalive that asks for a touch. */
  readonly onTouch?: () => void;
  /** Longest time to the answer, in ms; the transaction is cancelled after that. */
  readonly limitMs?: number;
}

interface Transaction {
  readonly channel: number;
  readonly command: number;
  readonly resolve: (payload: Uint8Array) => void;
  readonly reject: (error: Error) => void;
  readonly onTouch: (() => void) | undefined;
  /** False for an answer that belongs to somebody else. */
  readonly isOurs: (payload: Uint8Array) => boolean;
  stopSilence: () => void;
  stopLimit: () => void;
  /** Set once the key asked for a touch. */
  touchAsked: boolean;
  /** Set once CANCEL was sent: whatever the answer, this is the outcome. */
  ending: LinkFault | undefined;
  buffer: Uint8Array | undefined;
  filled: number;
  sequence: number;
}

/** One logical channel to one key. One transaction at a time. */
export class CtapHid {
  private readonly port: PacketPort;
  private readonly surroundings: Surroundings;
  private channel = BROADCAST;
  private running: Transaction | undefined;
  /** Resolves once the running transaction is over. */
  private idle: Promise<unknown> = Promise.resolve();
  /** Set when no transaction can succeed any more. */
  private ended: LinkFault | undefined;
  /** Reports in both directions so far, keepalives aside. */
  reports = 0;

  /** `onGone` is called once, when the device goes away. */
  constructor(port: PacketPort, surroundings: Surroundings, onGone: () => void) {
    this.port = port;
    this.surroundings = surroundings;
    port.onReport((report) => {
      const frame = readReport(report);
      if (frame) this.receive(frame);
    });
    port.onGone(() => {
      if (this.ended === 'removed') return;
      this.ended = 'removed';
      this.fail('removed');
      onGone();
    });
  }

  /** Allocates a channel (§11.2.9.1.3). */
  async open(): Promise<HidInfo> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.init();
      } catch (error) {
        const isBusy = error instanceof CtapLinkError && error.fault === 'busy';
        if (!isBusy || tries === BUSY_TRIES) throw error;
        await new Promise<void>((resolve) => this.surroundings.after(BUSY_WAIT_MS, resolve));
      }
    }
  }

  /** Sends one CTAP2 message and resolves with the answer, status byte first. */
  cbor(message: Uint8Array, patience: Patience = {}): Promise<Uint8Array> {
    return this.transact(this.channel, COMMAND.CBOR, message, patience, SILENCE_MS);
  }

  /**
   * Ends whatever runs: it rejects with `cancelled`. The key is asked to let go (§11.2.9.1.5) and answers
   * 0x2D, or with a result that crossed our cancel on the way and is thrown away.
   */
  cancel(): void {
    this.ended ??= 'cancelled';
    this.end('cancelled');
  }

  /** Cancels, waits until the key has let go, and closes the device. */
  async close(): Promise<void> {
    this.cancel();
    await this.idle;
    this.port.close();
  }

  private async init(): Promise<HidInfo> {
    const nonce = this.surroundings.random(8);
    // On the broadcast channel everybody reads everybody's answer: ours carries our nonce.
    const isOurs = (payload: Uint8Array) => nonce.every((byte, i) => payload[i] === byte);
    const answer = await this.transact(
      BROADCAST,
      COMMAND.INIT,
      nonce,
      { limitMs: INIT_MS },
      INIT_MS,
      isOurs,
    );
    if (answer.length < 17) throw new CtapLinkError('malformed', 'INIT answer is too short');
    const view = new DataView(answer.buffer, answer.byteOffset, answer.length);
    const channel = view.getUint32(8);
    if (channel === 0 || channel === BROADCAST) {
      throw new CtapLinkError('malformed', 'INIT gave a reserved channel');
    }
    this.channel = channel;
    return { cbor: (view.getUint8(16) & CAPABILITY_CBOR) !== 0 };
  }

  private transact(
    channel: number,
    command: number,
    payload: Uint8Array,
    { onTouch, limitMs = COMMAND_MS }: Patience,
    silenceMs: number,
    isOurs: (payload: Uint8Array) => boolean = () => true,
  ): Promise<Uint8Array> {
    if (this.ended) return Promise.reject(new CtapLinkError(this.ended));
    if (this.running) return Promise.reject(new Error('a transaction is already running'));
    const answer = new Promise<Uint8Array>((resolve, reject) => {
      this.running = {
        channel,
        command,
        resolve,
        reject,
        onTouch,
        isOurs,
        stopSilence: () => undefined,
        stopLimit: this.surroundings.after(limitMs, () =>
          this.end(this.running?.touchAsked === true ? 'untouched' : 'silent'),
        ),
        touchAsked: false,
        ending: undefined,
        buffer: undefined,
        filled: 0,
        sequence: 0,
      };
    });
    this.idle = answer.catch(() => undefined);
    this.expect(silenceMs);
    this.send(channel, command, payload);
    return answer;
  }

  private send(channel: number, command: number, payload: Uint8Array): void {
    for (const report of toReports(channel, command, payload)) {
      this.reports++;
      this.port.send(report);
    }
  }

  /** Fails the transaction unless something arrives in time. */
  private expect(ms: number): void {
    const { running } = this;
    if (!running) return;
    running.stopSilence();
    running.stopSilence = this.surroundings.after(ms, () => this.fail(running.ending ?? 'silent'));
  }

  private settle(): Transaction | undefined {
    const { running } = this;
    this.running = undefined;
    running?.stopSilence();
    running?.stopLimit();
    return running;
  }

  private fail(fault: LinkFault, message?: string): void {
    this.settle()?.reject(new CtapLinkError(fault, message));
  }

  private end(fault: LinkFault): void {
    const { running } = this;
    if (!running || running.ending) return;
    // Only CBOR commands can be cancelled; nobody minds an INIT that is answered later.
    if (running.command !== COMMAND.CBOR) return this.fail(fault);
    running.ending = fault;
    running.stopLimit();
    this.expect(CANCEL_MS);
    this.send(running.channel, COMMAND.CANCEL, new Uint8Array());
  }

  private receive(frame: Frame): void {
    const { running } = this;
    // §11.2.3: packets for other channels are other people's.
    if (!running || frame.channel !== running.channel) return;
    if (frame.kind === 'init' && frame.command === COMMAND.KEEPALIVE) {
      if (running.ending) return;
      this.expect(SILENCE_MS);
      if (frame.part[0] !== STATUS_UP_NEEDED) return;
      running.touchAsked = true;
      running.onTouch?.();
      return;
    }
    this.reports++;
    if (frame.kind === 'continuation') return this.continue(running, frame.sequence, frame.part);
    if (frame.command === COMMAND.ERROR) {
      const code = frame.part[0];
      return code === ERROR_CHANNEL_BUSY
        ? this.fail(running.ending ?? 'busy')
        : this.fail(running.ending ?? 'malformed', `CTAPHID error ${code}`);
    }
    if (frame.command !== running.command) {
      return this.fail('malformed', `unexpected command ${frame.command}`);
    }
    if (frame.length > MAX_MESSAGE)
      return this.fail('malformed', `message of ${frame.length} bytes`);
    if (running.buffer) return this.fail('malformed', 'message inside a message');
    running.buffer = new Uint8Array(frame.length);
    running.filled = 0;
    running.sequence = 0;
    this.append(running, running.buffer, frame.part);
  }

  private continue(running: Transaction, sequence: number, part: Uint8Array): void {
    if (!running.buffer || sequence !== running.sequence) {
      return this.fail('malformed', 'continuation packet out of order');
    }
    running.sequence++;
    this.append(running, running.buffer, part);
  }

  private append(running: Transaction, buffer: Uint8Array, part: Uint8Array): void {
    const usable = part.subarray(0, buffer.length - running.filled);
    buffer.set(usable, running.filled);
    running.filled += usable.length;
    if (running.filled < buffer.length) {
      if (!running.ending) this.expect(SILENCE_MS);
      return;
    }
    running.buffer = undefined;
    if (!running.isOurs(buffer)) return;
    if (running.ending) return this.fail(running.ending);
    this.settle();
    running.resolve(buffer);
  }
}
