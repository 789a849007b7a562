import { type Frame, readReport, toReports } from './frames.ts';
import type { PacketPort, Surroundings } from './packet-port.ts';
import { type Reassembly, reassembly } from './reassembly.ts';
import { CtapLinkError, type LinkFault } from './status.ts';

/** CTAPHID commands (CTAP 2.1 §11.2.9), without the initialisation bit. */
const COMMAND = {
  PING: 0x01,
  INIT: 0x06,
  WINK: 0x08,
  CBOR: 0x10,
  CANCEL: 0x11,
  KEEPALIVE: 0x3b,
  ERROR: 0x3f,
} as const;
const BROADCAST = 0xffff_ffff;
const CAPABILITY = { WINK: 0x01, CBOR: 0x04 } as const;
/** §11.2.9.1.6 */
const ERROR = {
  INVALID_SEQUENCE: 0x04,
  MESSAGE_TIMEOUT: 0x05,
  CHANNEL_BUSY: 0x06,
  LOCK_REQUIRED: 0x0a,
  INVALID_CHANNEL: 0x0b,
} as const;
const STATUS_UP_NEEDED = 2;

/** A key sends a keepalive every 100 ms while it works (§11.2.9.1.7): nothing for this long = gone silent. */
const SILENCE_MS = 3_000;
/** INIT and WINK are answered by the USB side of the key, without thinking. */
const PROMPT_MS = 1_000;
/** Longest time for a command that waits for nobody's hand, however many keepalives come. */
const COMMAND_MS = 8_000;
/** How long a key may take to let go after CANCEL. */
const CANCEL_MS = 1_000;
/** A busy key is asked again a little later: another channel has it, or has locked it (§11.2.9.2.2). */
const BUSY_WAIT_MS = 100;
const BUSY_TRIES = 10;

export interface HidInfo {
  /** The key speaks CTAP2. */
  readonly cbor: boolean;
  /** The key can show itself, see `wink`. */
  readonly wink: boolean;
}

export interface Patience {
  /** Called at each keepalive that asks for a touch. */
  readonly onTouch?: () => void;
  /** Longest time to the answer, in ms; the transaction is cancelled after that. */
  readonly limitMs?: number;
}

interface Request extends Patience {
  readonly channel: number;
  readonly command: number;
  readonly payload: Uint8Array;
  readonly silenceMs: number;
  /** False for an answer that belongs to somebody else. */
  readonly isOurs?: (payload: Uint8Array) => boolean;
}

interface Transaction {
  readonly request: Request;
  readonly resolve: (payload: Uint8Array) => void;
  readonly reject: (error: Error) => void;
  incoming: Reassembly;
  stopSilence: () => void;
  stopLimit: () => void;
  /** Set once the key asked for a touch. */
  touchAsked: boolean;
  /** Set once CANCEL was sent: whatever the answer, this is the outcome. */
  ending: LinkFault | undefined;
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
  /** Set when key and client may disagree on what runs: the next transaction begins with INIT. */
  private isLost = false;
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
  open(): Promise<HidInfo> {
    return this.whenFree(() => this.init(BROADCAST));
  }

  /**
   * Sends one CTAP2 message and resolves with the answer, status byte first. Where the key says that the
   * message never reached it whole, both sides are synchronised anew and it is sent once more.
   */
  async cbor(message: Uint8Array, patience: Patience = {}): Promise<Uint8Array> {
    const send = () =>
      this.whenFree(async () => {
        if (this.isLost) await this.init(this.channel);
        return this.transact({
          ...patience,
          channel: this.channel,
          command: COMMAND.CBOR,
          payload: message,
          silenceMs: SILENCE_MS,
        });
      });
    try {
      return await send();
    } catch (error) {
      if (error instanceof CtapLinkError && error.fault === 'unsynchronised') return send();
      throw error;
    }
  }

  /** CTAPHID_PING (§11.2.9.1.4): the same bytes come back. */
  ping(payload: Uint8Array): Promise<Uint8Array> {
    const { channel } = this;
    return this.transact({ channel, command: COMMAND.PING, payload, silenceMs: SILENCE_MS });
  }

  /** CTAPHID_WINK (§11.2.9.2.1): the key blinks, so that a person sees which one is meant. */
  async wink(): Promise<void> {
    const { channel } = this;
    const payload = new Uint8Array();
    await this.transact({ channel, command: COMMAND.WINK, payload, silenceMs: PROMPT_MS });
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
    if (this.isLost && this.ended === 'cancelled') await this.abandon();
    this.port.close();
  }

  /** A key that has gone silent may still be at our command, and busy for the next channel: INIT ends that. */
  private async abandon(): Promise<void> {
    this.ended = undefined;
    try {
      await this.init(this.channel);
    } catch (error) {
      // It is as deaf as before, or was pulled: nothing more can be done for it.
      if (!(error instanceof CtapLinkError)) throw error;
    } finally {
      this.ended ??= 'cancelled';
    }
  }

  /** Waits for a key that another channel holds, for a second in all. */
  private async whenFree<T>(run: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await run();
      } catch (error) {
        const isBusy = error instanceof CtapLinkError && error.fault === 'busy';
        if (!isBusy || tries === BUSY_TRIES) throw error;
        await new Promise<void>((resolve) => this.surroundings.after(BUSY_WAIT_MS, resolve));
      }
    }
  }

  /** On the broadcast channel: a channel of our own. On that one: the key abandons what ran there. */
  private async init(channel: number): Promise<HidInfo> {
    const nonce = this.surroundings.random(8);
    const answer = await this.transact({
      channel,
      command: COMMAND.INIT,
      payload: nonce,
      limitMs: PROMPT_MS,
      silenceMs: PROMPT_MS,
      // On the broadcast channel everybody reads everybody's answer: ours carries our nonce.
      isOurs: (payload) => nonce.every((byte, i) => payload[i] === byte),
    });
    if (answer.length < 17) throw new CtapLinkError('malformed', 'INIT answer is too short');
    const view = new DataView(answer.buffer, answer.byteOffset, answer.length);
    const given = view.getUint32(8);
    if (given === 0 || given === BROADCAST) {
      throw new CtapLinkError('malformed', 'INIT gave a reserved channel');
    }
    if (channel !== BROADCAST && given !== channel) {
      throw new CtapLinkError('malformed', 'INIT changed our channel');
    }
    this.channel = given;
    this.isLost = false;
    const capabilities = view.getUint8(16);
    return {
      cbor: (capabilities & CAPABILITY.CBOR) !== 0,
      wink: (capabilities & CAPABILITY.WINK) !== 0,
    };
  }

  private transact(request: Request): Promise<Uint8Array> {
    if (this.ended) return Promise.reject(new CtapLinkError(this.ended));
    if (this.running) return Promise.reject(new Error('a transaction is already running'));
    const answer = new Promise<Uint8Array>((resolve, reject) => {
      this.running = {
        request,
        resolve,
        reject,
        incoming: reassembly(),
        stopSilence: () => undefined,
        stopLimit: this.surroundings.after(request.limitMs ?? COMMAND_MS, () =>
          this.end(this.running?.touchAsked === true ? 'untouched' : 'silent'),
        ),
        touchAsked: false,
        ending: undefined,
      };
    });
    this.idle = answer.catch(() => undefined);
    this.expect(request.silenceMs);
    this.send(request.channel, request.command, request.payload);
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
    running.stopSilence = this.surroundings.after(ms, () => {
      this.isLost = true;
      this.fail(running.ending ?? 'silent');
    });
  }

  private settle(): Transaction | undefined {
    const { running } = this;
    this.running = undefined;
    running?.stopSilence();
    running?.stopLimit();
    return running;
  }

  private fail(fault: LinkFault, message?: string): void {
    if (fault === 'malformed' || fault === 'unsynchronised') this.isLost = true;
    this.settle()?.reject(new CtapLinkError(fault, message));
  }

  private end(fault: LinkFault): void {
    const { running } = this;
    if (!running || running.ending) return;
    // Only CBOR commands can be cancelled; nobody minds an INIT that is answered later.
    if (running.request.command !== COMMAND.CBOR) return this.fail(fault);
    running.ending = fault;
    running.stopLimit();
    this.expect(CANCEL_MS);
    this.send(running.request.channel, COMMAND.CANCEL, new Uint8Array());
  }

  private receive(frame: Frame): void {
    const { running } = this;
    // §11.2.3: packets for other channels are other people's.
    if (!running || frame.channel !== running.request.channel) return;
    const told = frame.kind === 'init' ? frame.command : undefined;
    if (told === COMMAND.KEEPALIVE) return this.keepAlive(running, frame);
    this.reports++;
    if (told === COMMAND.ERROR) return this.failed(running, frame.part[0]);
    const { command } = running.request;
    // What still comes of a message that INIT has made the key abandon.
    if (command === COMMAND.INIT && told !== COMMAND.INIT) return;
    if (told !== undefined && told !== command) {
      return this.fail('malformed', `unexpected command ${told}`);
    }
    this.take(running, frame);
  }

  private take(running: Transaction, frame: Frame): void {
    const arrival = running.incoming.accept(frame);
    if (arrival.kind === 'broken') return this.fail('malformed', arrival.reason);
    if (arrival.kind === 'more') {
      if (!running.ending) this.expect(SILENCE_MS);
      return;
    }
    const { payload } = arrival;
    running.incoming = reassembly();
    if (running.request.isOurs?.(payload) === false) return;
    if (running.ending) return this.fail(running.ending);
    this.settle();
    running.resolve(payload);
  }

  private keepAlive(running: Transaction, frame: Frame): void {
    if (running.ending || running.request.command !== COMMAND.CBOR) return;
    this.expect(SILENCE_MS);
    if (frame.part[0] !== STATUS_UP_NEEDED) return;
    running.touchAsked = true;
    running.request.onTouch?.();
  }

  private failed(running: Transaction, code: number | undefined): void {
    const why = `CTAPHID error ${code}`;
    if (running.ending) return this.fail(running.ending, why);
    switch (code) {
      case ERROR.CHANNEL_BUSY:
      case ERROR.LOCK_REQUIRED:
        return this.fail('busy', why);
      case ERROR.INVALID_CHANNEL:
        // The key has forgotten our channel, as after a reset of its bus: ask for a new one.
        this.channel = BROADCAST;
        return this.fail('unsynchronised', why);
      case ERROR.INVALID_SEQUENCE:
      case ERROR.MESSAGE_TIMEOUT:
        return this.fail('unsynchronised', why);
      default:
        return this.fail('malformed', why);
    }
  }
}
