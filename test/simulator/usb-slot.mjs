// A USB slot over UDP: one 64-byte report a datagram, CTAPHID framing, one key at a time.
// An empty datagram to the last peer says "something was plugged in or pulled".
import { createSocket } from 'node:dgram';
import { randomBytes } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { plugIn } from './authenticator.mjs';

const INIT = 0x86;
const PING = 0x81;
const CBOR = 0x90;
const WINK = 0x88;
const CANCEL = 0x91;
const KEEPALIVE = 0xbb;
const ERROR = 0xbf;
const BROADCAST = 0xffffffff;
const error = {
  invalidCommand: 0x01,
  invalidLength: 0x03,
  invalidSequence: 0x04,
  timeout: 0x05,
  busy: 0x06,
  invalidChannel: 0x0b,
};
const MAX_MESSAGE = 7609;
/** §11.2.5.2: the packets of a message follow each other within this time. */
const MESSAGE_LIMIT = 500;
/** §11.2.9.2.1 */
const KEEPALIVE_EVERY = 100;

export async function openSlot(keysFile, port) {
  const socket = createSocket('udp4');
  socket.bind(port, '127.0.0.1');
  await once(socket, 'listening');
  const events = new EventEmitter();
  let peer;
  let inserted; // { record, authenticator }
  let auto; // { delayMs } or undefined
  let hand; // the touch that is awaited now
  let incoming; // message being assembled
  let running; // { channel, abort }
  let channels = new Map(); // channel → the peer it was given to
  let reports = 0;

  const changed = () => events.emit('changed');

  const touch = {
    /** Resolves at the next touch; rejects 'cancel' or 'timeout'. A touch before this does nothing. */
    wait(signal, limit) {
      return new Promise((resolve, reject) => {
        const timers = [setTimeout(() => end(() => reject('timeout')), limit)];
        const cancelled = () => end(() => reject('cancel'));
        const end = (settle) => {
          timers.forEach(clearTimeout);
          signal.removeEventListener('abort', cancelled);
          hand = undefined;
          changed();
          settle();
        };
        signal.addEventListener('abort', cancelled);
        hand = () => end(resolve);
        if (auto) timers.push(setTimeout(() => hand?.(), auto.delayMs));
        changed();
      });
    },
  };

  const sendReport = (report, to = peer) => {
    if (to) socket.send(report, to.port, to.address);
  };

  const send = (channel, command, payload) => {
    for (let offset = 0, sequence = -1; sequence < 0 || offset < payload.length; sequence++) {
      const report = Buffer.alloc(64);
      report.writeUInt32BE(channel);
      const start = sequence < 0 ? 7 : 5;
      if (sequence < 0) {
        report[4] = command;
        report.writeUInt16BE(payload.length, 5);
      } else report[4] = sequence;
      offset += payload.copy(report, start, offset, offset + 64 - start);
      if (command !== KEEPALIVE) reports++;
      sendReport(report, channels.get(channel));
    }
  };

  const fail = (channel, code) => send(channel, ERROR, Buffer.of(code));

  const runCbor = async (channel, message) => {
    const { authenticator } = inserted;
    const abort = new AbortController();
    const mine = { channel, abort };
    running = mine;
    const beat = () => send(channel, KEEPALIVE, Buffer.of(hand ? 2 : 1));
    const onHand = () => {
      if (hand) beat();
    };
    events.on('changed', onHand);
    const keepalive = setInterval(beat, KEEPALIVE_EVERY);
    const answer = await authenticator.handle(message, abort.signal);
    clearInterval(keepalive);
    events.off('changed', onHand);
    if (running !== mine) return; // pulled meanwhile
    running = undefined;
    send(channel, CBOR, answer);
    changed();
  };

  const dispatch = ({ channel, command, payload }) => {
    if (command === INIT) {
      if (payload.length !== 8) return fail(channel, error.invalidLength);
      let allocated = channel;
      if (channel === BROADCAST) {
        do allocated = randomBytes(4).readUInt32BE();
        while (allocated === 0 || allocated === BROADCAST || channels.has(allocated));
        channels.set(allocated, peer);
      } else if (!channels.has(channel)) return fail(channel, error.invalidChannel);
      const answer = Buffer.alloc(17);
      payload.copy(answer);
      answer.writeUInt32BE(allocated, 8);
      answer[12] = 2; // CTAPHID protocol version
      answer[13] = 5;
      answer[16] = 0x01 | 0x04 | 0x08; // WINK, CBOR, no MSG
      return send(channel, INIT, answer);
    }
    if (!channels.has(channel)) return fail(channel, error.invalidChannel);
    if (command === PING) return send(channel, PING, payload);
    if (command === WINK) return send(channel, WINK, Buffer.alloc(0));
    if (command === CBOR) {
      return payload.length === 0
        ? fail(channel, error.invalidLength)
        : void runCbor(channel, payload);
    }
    return fail(channel, error.invalidCommand);
  };

  const drop = () => {
    clearTimeout(incoming?.timer);
    incoming = undefined;
  };

  const receive = (report) => {
    const channel = report.readUInt32BE();
    const second = report[4];
    reports++;
    if (second === CANCEL) {
      if (running?.channel === channel) running.abort.abort();
      return;
    }
    const isFirst = (second & 0x80) !== 0;
    const active = running?.channel ?? incoming?.channel;
    if (second === INIT && active === channel) {
      // §11.2.9.1.3: INIT on its own channel abandons what runs there.
      running?.abort.abort();
      running = undefined;
      drop();
    } else if (isFirst && active !== undefined && (running || active !== channel)) {
      return fail(channel, error.busy);
    } else if (isFirst && incoming) {
      drop();
      return fail(channel, error.invalidSequence);
    }
    if (isFirst) {
      const length = report.readUInt16BE(5);
      if (length > MAX_MESSAGE) return fail(channel, error.invalidLength);
      incoming = {
        channel,
        command: second,
        payload: Buffer.alloc(length),
        filled: 0,
        sequence: 0,
      };
      incoming.filled = report.copy(incoming.payload, 0, 7);
    } else {
      if (!incoming || incoming.channel !== channel) return;
      if (second !== incoming.sequence) {
        drop();
        return fail(channel, error.invalidSequence);
      }
      incoming.sequence++;
      incoming.filled += report.copy(incoming.payload, incoming.filled, 5);
    }
    clearTimeout(incoming.timer);
    if (incoming.filled < incoming.payload.length) {
      incoming.timer = setTimeout(() => {
        incoming = undefined;
        fail(channel, error.timeout);
      }, MESSAGE_LIMIT);
      return;
    }
    const message = incoming;
    incoming = undefined;
    dispatch(message);
  };

  socket.on('message', (report, from) => {
    peer = from;
    if (inserted && report.length === 64) receive(report);
  });

  return {
    port: socket.address().port,
    events,
    insert(id) {
      const record = keysFile.keys.find((key) => key.id === id);
      if (!record)
        throw new Error(`no key ${id}: ${keysFile.keys.map((key) => key.id).join(', ')}`);
      if (inserted) this.remove();
      inserted = { record, authenticator: plugIn(record, keysFile.save, touch) };
      channels = new Map();
      sendReport(Buffer.alloc(0));
      changed();
    },
    remove() {
      if (!inserted) return;
      inserted = undefined;
      const stopped = running;
      running = undefined;
      drop();
      stopped?.abort.abort();
      sendReport(Buffer.alloc(0));
      changed();
    },
    /** Touches once; true when the key was waiting for it. */
    touch() {
      const waiting = hand !== undefined;
      hand?.();
      return waiting;
    },
    touchAutomatically(delayMs) {
      auto = delayMs === undefined ? undefined : { delayMs };
      if (auto && hand) setTimeout(() => hand?.(), auto.delayMs);
    },
    state() {
      return {
        inserted: inserted?.record.id ?? null,
        waitingForTouch: hand !== undefined,
        reports,
        keys: keysFile.keys.map((key) => ({
          id: key.id,
          name: key.name,
          pinRetries: key.pinRetries,
          consecutiveMismatches:
            inserted?.record === key ? inserted.authenticator.consecutiveMismatches : 0,
          counter: key.credentials[0]?.counter ?? 0,
        })),
      };
    },
    close: () => socket.close(),
  };
}
