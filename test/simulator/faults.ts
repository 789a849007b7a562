import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { HID, HID_ERROR, REPORT_BYTES, toReports } from './frames.ts';
import { subCommandOf } from './heard.ts';

/** Which messages it strikes. */
const where = {
  /** Only this CTAP2 command byte. */
  command: z.int().optional(),
  /** Only this subcommand of it. */
  subCommand: z.int().optional(),
  /** So many messages. */
  times: z.int().positive().default(1),
};

/** What a broken or hostile key does instead of answering as it should; null ends it. */
export const fault = z
  .discriminatedUnion('kind', [
    /** Answers with this CTAP2 status; the command is not carried out. */
    z.strictObject({ kind: z.literal('status'), status: z.int().min(0).max(255), ...where }),
    /** Answers with these bytes (hexadecimal, status byte first); the command is not carried out. */
    z.strictObject({ kind: z.literal('answer'), hex: z.hex(), ...where }),
    /** Says nothing at all, until CANCEL or INIT. */
    z.strictObject({ kind: z.literal('silent'), ...where }),
    /** Keepalives ("processing", or "touch me") without end, deaf to CANCEL, until INIT. */
    z.strictObject({ kind: z.literal('endless'), touch: z.boolean().default(false), ...where }),
    /** Answers, but so much later, with keepalives meanwhile. */
    z.strictObject({ kind: z.literal('slow'), delayMs: z.int().nonnegative(), ...where }),
    /** CTAPHID says busy. */
    z.strictObject({ kind: z.literal('busy'), ...where }),
    /** The key is pulled: once the message has arrived, or after the answer's first report. */
    z.strictObject({ kind: z.literal('unplug'), when: z.enum(['asked', 'answering']), ...where }),
    /** The answer's status with noise for a body. */
    z.strictObject({ kind: z.literal('noise'), ...where }),
    /** Half of the answer. */
    z.strictObject({ kind: z.literal('truncated'), ...where }),
    /** Announces so many bytes more than it sends. */
    z.strictObject({ kind: z.literal('length'), extra: z.int(), ...where }),
    /** The answer on a channel that nobody asked on. */
    z.strictObject({ kind: z.literal('channel'), ...where }),
    /** Skips a continuation packet. */
    z.strictObject({ kind: z.literal('sequence'), ...where }),
  ])
  .nullable();
export type Fault = NonNullable<z.infer<typeof fault>>;

/** True when the fault strikes this CTAP2 message. */
export const strikes = ({ command, subCommand }: Fault, message: Uint8Array): boolean =>
  (command === undefined || command === message[0]) &&
  (subCommand === undefined || subCommandOf(message) === subCommand);

/** How the reports of an answer are spoilt; undefined where the fault is of another kind. */
export function spoilReports(fault: Fault, channel: number, answer: Uint8Array): Buffer[] {
  switch (fault.kind) {
    case 'busy':
      return toReports(channel, HID.error, Buffer.of(HID_ERROR.busy));
    case 'noise':
      return toReports(channel, HID.cbor, Buffer.concat([answer.subarray(0, 1), randomBytes(40)]));
    case 'truncated':
      return toReports(channel, HID.cbor, answer.subarray(0, Math.ceil(answer.length / 2)));
    case 'channel':
      return toReports((channel ^ 1) >>> 0, HID.cbor, answer);
    case 'length': {
      const reports = toReports(channel, HID.cbor, answer);
      reports[0]?.writeUInt16BE((answer.length + fault.extra) & 0xffff, 5);
      return reports;
    }
    case 'sequence': {
      // Long enough to have a continuation packet to skip.
      const long = Buffer.concat([answer, Buffer.alloc(3 * REPORT_BYTES)]);
      return toReports(channel, HID.cbor, long).filter((_, index) => index !== 1);
    }
    default:
      return toReports(channel, HID.cbor, answer);
  }
}
