import { createSocket } from 'node:dgram';
import { randomBytes } from 'node:crypto';
import { type PacketPort, REPORT_BYTES } from '../ctap2/packet-port.ts';
import type { KeySource } from './key-source.ts';

/** Found in a development bundle and in no other: a test looks for it. */
const SENTINEL = 'wardlock-simulated-key';

/** How often an empty slot is asked whether a key has come, and how long an answer may take. */
const ASK_MS = 200;
const MISSED_ANSWERS = 3;

const BROADCAST = 0xffff_ffff;
const INIT = 0x86;
const NONCE_AT = 7;
const CHANNEL_AT = 15;

/**
 * A simulated USB slot: 64-byte reports as UDP datagrams to 127.0.0.1. A key is there as long as INIT is
 * answered; an empty datagram says that something changed.
 */
export function simulatedSlot(address: string): KeySource {
  const { protocol, hostname, port } = new URL(address);
  if (protocol !== 'udp:' || hostname !== '127.0.0.1') {
    throw new Error(`WARDLOCK_SIMULATED_KEY is ${address}: it must be udp://127.0.0.1:PORT`);
  }
  const socket = createSocket('udp4');
  socket.connect(Number(port), hostname);
  let present = false;
  let unanswered = 0;
  /** Ours once a key has given us one: asking on it again takes no new channel. */
  let channel = BROADCAST;
  const nonce = randomBytes(8);
  let quiet = false;
  let listener = (): void => undefined;
  let open: { report(report: Uint8Array): void; gone(): void } | undefined;

  const setPresent = (next: boolean) => {
    if (!next) open?.gone();
    if (present === next) return;
    present = next;
    if (!next) channel = BROADCAST;
    listener();
  };

  // A slot with nobody behind it refuses the datagram: that is an empty slot.
  const send = (report: Uint8Array) => socket.send(report, () => undefined);

  const ask = () => {
    if (quiet) return;
    if (unanswered >= MISSED_ANSWERS) setPresent(false);
    unanswered++;
    // CTAPHID_INIT: any authenticator answers it (CTAP 2.1 §11.2.9.1.3).
    const report = Buffer.alloc(REPORT_BYTES);
    report.writeUInt32BE(channel);
    report[4] = INIT;
    report.writeUInt16BE(nonce.length, 5);
    nonce.copy(report, NONCE_AT);
    send(report);
  };

  socket.on('message', (message) => {
    if (message.length === 0) {
      // Plugged or pulled: whatever was there before is not there any more.
      setPresent(false);
      quiet = false;
      ask();
      return;
    }
    unanswered = 0;
    setPresent(true);
    if (message.length !== REPORT_BYTES) return;
    if (message[4] === INIT && message.subarray(NONCE_AT, CHANNEL_AT).equals(nonce)) {
      channel = message.readUInt32BE(CHANNEL_AT);
    } else open?.report(new Uint8Array(message));
  });
  socket.on('error', () => setPresent(false));
  socket.on('connect', ask);
  const poll = setInterval(ask, ASK_MS);

  const port64: PacketPort = {
    send,
    onReport(report) {
      open = { report, gone: open?.gone ?? (() => undefined) };
    },
    onGone(gone) {
      open = { report: open?.report ?? (() => undefined), gone };
    },
    close() {
      open = undefined;
    },
  };

  return {
    keys: () =>
      present ? [{ id: SENTINEL, product: 'Simulated key', vendorId: 0, simulated: true }] : [],
    onChanged(next) {
      listener = next;
    },
    async look() {
      for (let asked = 0; asked < MISSED_ANSWERS && !present; asked++) {
        await new Promise((resolve) => setTimeout(resolve, ASK_MS));
      }
      return true;
    },
    open: () => Promise.resolve(port64),
    setQuiet(next) {
      quiet = next;
      unanswered = 0;
    },
    close() {
      clearInterval(poll);
      socket.close();
    },
  };
}
