// CTAPHID packets (CTAP 2.1 §11.2.4), the key's side.

export const REPORT_BYTES = 64;
export const BROADCAST = 0xffff_ffff;
/** §11.2.4: 64 − 7 + 128 × (64 − 5). */
export const MAX_MESSAGE = 7609;

export const HID = {
  ping: 0x81,
  msg: 0x83,
  init: 0x86,
  wink: 0x88,
  cbor: 0x90,
  cancel: 0x91,
  keepalive: 0xbb,
  error: 0xbf,
} as const;

export const HID_ERROR = {
  invalidCommand: 0x01,
  invalidLength: 0x03,
  invalidSequence: 0x04,
  timeout: 0x05,
  busy: 0x06,
  invalidChannel: 0x0b,
} as const;

/** The reports of one message. */
export function toReports(channel: number, command: number, payload: Uint8Array): Buffer[] {
  const reports: Buffer[] = [];
  let offset = 0;
  do {
    const report = Buffer.alloc(REPORT_BYTES);
    report.writeUInt32BE(channel);
    const isFirst = reports.length === 0;
    if (isFirst) {
      report[4] = command;
      report.writeUInt16BE(payload.length, 5);
    } else report[4] = reports.length - 1;
    const part = payload.subarray(offset, offset + REPORT_BYTES - (isFirst ? 7 : 5));
    report.set(part, isFirst ? 7 : 5);
    offset += part.length;
    reports.push(report);
  } while (offset < payload.length);
  return reports;
}
