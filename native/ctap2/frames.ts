import { REPORT_BYTES } from './packet-port.ts';

/** CTAPHID packets (CTAP 2.1 §11.2.4): one initialisation packet, then continuation packets numbered from 0. */
const INIT_BIT = 0x80;
const INIT_HEADER = 7;
const CONTINUATION_HEADER = 5;
/** 64 − 7 + 128 × (64 − 5) */
export const MAX_MESSAGE = 7609;

export type Frame =
  | {
      readonly kind: 'init';
      readonly channel: number;
      /** Without the initialisation bit. */
      readonly command: number;
      /** Length of the whole message. */
      readonly length: number;
      readonly part: Uint8Array;
    }
  | {
      readonly kind: 'continuation';
      readonly channel: number;
      readonly sequence: number;
      readonly part: Uint8Array;
    };

/** Cuts a message into reports. */
export function toReports(channel: number, command: number, payload: Uint8Array): Uint8Array[] {
  if (payload.length > MAX_MESSAGE) throw new RangeError(`message of ${payload.length} bytes`);
  const reports: Uint8Array[] = [];
  let offset = 0;
  do {
    const report = new Uint8Array(REPORT_BYTES);
    const view = new DataView(report.buffer);
    view.setUint32(0, channel);
    let header = CONTINUATION_HEADER;
    if (reports.length === 0) {
      header = INIT_HEADER;
      view.setUint8(4, command | INIT_BIT);
      view.setUint16(5, payload.length);
    } else {
      view.setUint8(4, reports.length - 1);
    }
    const part = payload.subarray(offset, offset + REPORT_BYTES - header);
    report.set(part, header);
    offset += part.length;
    reports.push(report);
  } while (offset < payload.length);
  return reports;
}

/** Reads one report; undefined when it is not 64 bytes. */
export function readReport(report: Uint8Array): Frame | undefined {
  if (report.length !== REPORT_BYTES) return undefined;
  const view = new DataView(report.buffer, report.byteOffset, report.length);
  const channel = view.getUint32(0);
  const second = view.getUint8(4);
  if ((second & INIT_BIT) === 0) {
    return {
      kind: 'continuation',
      channel,
      sequence: second,
      part: report.subarray(CONTINUATION_HEADER),
    };
  }
  return {
    kind: 'init',
    channel,
    command: second & ~INIT_BIT,
    length: view.getUint16(5),
    part: report.subarray(INIT_HEADER),
  };
}
