// A plugged-in key at the level of 64-byte reports: CTAPHID (CTAP 2.1 §11.2) around its messages.
import { randomBytes } from 'node:crypto';
import { type Fault, spoilReports, strikes } from './faults.ts';
import { BROADCAST, HID, HID_ERROR, toReports } from './frames.ts';
import { type Message, openInbox } from './inbox.ts';
import { openRecord } from './heard.ts';
import type { PluggedKey } from './key.ts';

/** §11.2.9.2.1 */
const KEEPALIVE_MS = 100;
const STATUS_PROCESSING = 1;
const STATUS_UP_NEEDED = 2;
/** So many clients can hold a channel; the oldest loses it. */
const MAX_CHANNELS = 256;
const CAPABILITY = { wink: 0x01, cbor: 0x04, noMsg: 0x08 } as const;

export interface DeviceContext<Peer> {
  readonly key: Pick<PluggedKey, 'isU2fOnly' | 'handle'>;
  readonly isTouchAwaited: () => boolean;
  readonly send: (report: Buffer, peer: Peer) => void;
  /** A fault pulls the key. */
  readonly unplug: () => void;
}

interface Running {
  readonly channel: number;
  /** Aborts on CANCEL, and with `dropped`. */
  readonly cancelled: AbortController;
  /** Aborts on INIT and when the key is pulled: nobody waits for the answer any more. */
  readonly dropped: AbortController;
}

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

export function openDevice<Peer>({ key, isTouchAwaited, send, unplug }: DeviceContext<Peer>) {
  /** Channel → whom it was given to. */
  const channels = new Map<number, Peer>();
  let peer: Peer;
  let running: Running | undefined;
  let fault: Fault | undefined;
  let reports = 0;

  const sendAll = (packets: readonly Buffer[], channel: number) => {
    for (const report of packets) {
      if (report[4] !== HID.keepalive) reports++;
      send(report, channels.get(channel) ?? peer);
    }
  };
  const answer = (channel: number, command: number, payload: Uint8Array) =>
    sendAll(toReports(channel, command, payload), channel);
  const fail = (channel: number, error: number) => answer(channel, HID.error, Buffer.of(error));
  const inbox = openInbox(fail);
  const record = openRecord();

  const beat = (isTouchFeigned = false) => {
    if (!running) return;
    const status = isTouchAwaited() || isTouchFeigned ? STATUS_UP_NEEDED : STATUS_PROCESSING;
    answer(running.channel, HID.keepalive, Buffer.of(status));
  };

  const drop = () => {
    const dropped = running;
    running = undefined;
    dropped?.dropped.abort();
    dropped?.cancelled.abort();
  };

  const takeFault = (message: Uint8Array): Fault | undefined => {
    if (!fault || !strikes(fault, message)) return undefined;
    const struck = fault;
    fault = fault.times > 1 ? { ...fault, times: fault.times - 1 } : undefined;
    return struck;
  };

  /** The CTAP2 answer; undefined when there is to be none. */
  async function produce(struck: Fault | undefined, message: Uint8Array, mine: Running) {
    const handle = () => key.handle(message, mine.cancelled.signal, mine.channel);
    switch (struck?.kind) {
      case 'status':
        return Buffer.of(struck.status);
      case 'answer':
        return Buffer.from(struck.hex, 'hex');
      case 'busy':
        return Buffer.of();
      case 'silent':
        await aborted(mine.cancelled.signal);
        return undefined;
      case 'endless':
        await aborted(mine.dropped.signal);
        return undefined;
      case 'slow': {
        const result = await handle();
        await new Promise((resolve) => setTimeout(resolve, struck.delayMs));
        return result;
      }
      case 'unplug':
        if (struck.when === 'asked') unplug();
        return struck.when === 'asked' ? undefined : handle();
      default:
        return handle();
    }
  }

  async function run(channel: number, message: Uint8Array): Promise<void> {
    const mine = { channel, cancelled: new AbortController(), dropped: new AbortController() };
    running = mine;
    record.note(message);
    const struck = takeFault(message);
    const feigns = struck?.kind === 'endless' && struck.touch;
    const keepalive =
      struck?.kind === 'silent' ? undefined : setInterval(() => beat(feigns), KEEPALIVE_MS);
    try {
      const result = await produce(struck, message, mine);
      if (running !== mine) return;
      running = undefined;
      if (!result) return;
      const packets = struck
        ? spoilReports(struck, channel, result)
        : toReports(channel, HID.cbor, result);
      const isPulled = struck?.kind === 'unplug';
      sendAll(isPulled ? packets.slice(0, 1) : packets, channel);
      if (isPulled) unplug();
    } finally {
      clearInterval(keepalive);
    }
  }

  function allocate(): number {
    let channel: number;
    do channel = randomBytes(4).readUInt32BE();
    while (channel === 0 || channel === BROADCAST || channels.has(channel));
    const [oldest] = channels.keys();
    if (channels.size >= MAX_CHANNELS && oldest !== undefined) channels.delete(oldest);
    channels.set(channel, peer);
    return channel;
  }

  function init(channel: number, nonce: Buffer): void {
    if (nonce.length !== 8) return fail(channel, HID_ERROR.invalidLength);
    if (channel !== BROADCAST && !channels.has(channel)) {
      return fail(channel, HID_ERROR.invalidChannel);
    }
    const payload = Buffer.alloc(17);
    nonce.copy(payload);
    payload.writeUInt32BE(channel === BROADCAST ? allocate() : channel, 8);
    payload[12] = 2; // CTAPHID protocol version
    payload[13] = 5;
    payload[16] = CAPABILITY.wink | (key.isU2fOnly() ? 0 : CAPABILITY.cbor | CAPABILITY.noMsg);
    // A new channel's owner is the peer that asks now.
    return answer(channel, HID.init, payload);
  }

  function dispatch({ channel, command, payload }: Message): void {
    if (command === HID.init) return init(channel, payload);
    if (!channels.has(channel)) return fail(channel, HID_ERROR.invalidChannel);
    if (command === HID.ping) return answer(channel, HID.ping, payload);
    if (command === HID.wink) return answer(channel, HID.wink, Buffer.of());
    if (command === HID.msg && key.isU2fOnly()) {
      // U2F_VERSION, and for everything else "instruction not supported".
      const isVersion = payload[1] === 0x03;
      const text = isVersion ? Buffer.from('U2F_V2') : Buffer.of();
      const status = isVersion ? Buffer.of(0x90, 0x00) : Buffer.of(0x6d, 0x00);
      return answer(channel, HID.msg, Buffer.concat([text, status]));
    }
    if (command !== HID.cbor || key.isU2fOnly()) return fail(channel, HID_ERROR.invalidCommand);
    if (payload.length === 0) return fail(channel, HID_ERROR.invalidLength);
    return void run(channel, payload);
  }

  return {
    /** Reports in both directions, keepalives aside. */
    reports: () => reports,
    /** CTAP2 commands in their order, see heard.ts. */
    heard: () => record.heard,
    setFault(next: Fault | undefined) {
      fault = next;
    },
    /** Says at once that a touch is awaited. */
    touchChanged() {
      if (isTouchAwaited()) beat();
    },
    receive(report: Buffer, from: Peer): void {
      peer = from;
      reports++;
      const channel = report.readUInt32BE();
      const second = report.readUInt8(4);
      if (second === HID.cancel) {
        if (running?.channel === channel) running.cancelled.abort();
        return;
      }
      const isFirst = (second & 0x80) !== 0;
      const active = running?.channel ?? inbox.channel();
      if (second === HID.init && active === channel) {
        // §11.2.9.1.3: INIT on its own channel abandons what runs there.
        drop();
        inbox.drop();
      } else if (isFirst && active !== undefined && (running || active !== channel)) {
        return fail(channel, HID_ERROR.busy);
      }
      if (isFirst && channel !== BROADCAST && !channels.has(channel)) {
        return fail(channel, HID_ERROR.invalidChannel);
      }
      // Nobody may hold the key with a broadcast that is never finished.
      if (
        isFirst &&
        channel === BROADCAST &&
        (second !== HID.init || report.readUInt16BE(5) !== 8)
      ) {
        const isInit = second === HID.init;
        return fail(channel, isInit ? HID_ERROR.invalidLength : HID_ERROR.invalidChannel);
      }
      const message = inbox.add(report);
      if (message) dispatch(message);
    },
    close() {
      drop();
      inbox.drop();
    },
  };
}

export type Device = ReturnType<typeof openDevice>;
