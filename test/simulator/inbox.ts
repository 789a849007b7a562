import { HID_ERROR, MAX_MESSAGE } from './frames.ts';

/** §11.2.5.2: the packets of a message follow each other within this time. */
const MESSAGE_MS = 500;

export interface Message {
  readonly channel: number;
  readonly command: number;
  readonly payload: Buffer;
}

/** Puts a message together from its packets; one at a time. */
export function openInbox(fail: (channel: number, error: number) => void) {
  let half: (Message & { filled: number; sequence: number }) | undefined;
  let timer: NodeJS.Timeout | undefined;

  const drop = () => {
    clearTimeout(timer);
    half = undefined;
  };
  const refuse = (channel: number, error: number) => {
    drop();
    fail(channel, error);
    return undefined;
  };

  return {
    channel: () => half?.channel,
    drop,
    /** The message, when this report is its last. */
    add(report: Buffer): Message | undefined {
      const channel = report.readUInt32BE();
      const second = report.readUInt8(4);
      if ((second & 0x80) !== 0) {
        if (half) return refuse(channel, HID_ERROR.invalidSequence);
        const length = report.readUInt16BE(5);
        if (length > MAX_MESSAGE) return refuse(channel, HID_ERROR.invalidLength);
        half = { channel, command: second, payload: Buffer.alloc(length), filled: 0, sequence: 0 };
        half.filled = report.copy(half.payload, 0, 7);
      } else {
        // §11.2.5.4: a continuation that belongs to nothing is ignored.
        if (half?.channel !== channel) return undefined;
        if (second !== half.sequence) return refuse(channel, HID_ERROR.invalidSequence);
        half.sequence++;
        half.filled += report.copy(half.payload, half.filled, 5);
      }
      clearTimeout(timer);
      if (half.filled === half.payload.length) {
        const message = half;
        half = undefined;
        return message;
      }
      timer = setTimeout(() => refuse(channel, HID_ERROR.timeout), MESSAGE_MS);
      return undefined;
    },
  };
}
