import { type CborValue, asMap, decodeCbor, encodeCbor } from '../../native/ctap2/cbor.ts';
import { CtapHid } from '../../native/ctap2/ctaphid.ts';
import { readReport, toReports } from '../../native/ctap2/frames.ts';
import { manualSurroundings, scriptedPort } from './scripted-key.ts';

const CHANNEL = 7;

export interface Sent {
  readonly command: number;
  readonly parameters: ReadonlyMap<number | string, CborValue> | undefined;
}

/** An open channel to a key that answers CBOR messages as the script says, one after another. */
export async function cborKey(
  ...answers: readonly (number | CborValue | ((sent: Sent) => CborValue))[]
) {
  const link = scriptedPort();
  const left = [...answers];
  const sent: Sent[] = [];
  let message: number[] = [];
  let length = 0;

  const answer = (channel: number, command: number, payload: Uint8Array) => {
    for (const report of toReports(channel, command, payload)) link.answer(report);
  };
  const serve = (bytes: Uint8Array) => {
    const decoded = bytes.length > 1 ? decodeCbor(bytes.subarray(1)) : undefined;
    if (decoded?.ok === false) throw new Error(`the client sent bad CBOR: ${decoded.error}`);
    const request = { command: bytes[0] ?? 0, parameters: asMap(decoded?.value) };
    sent.push(request);
    const next = left.shift();
    if (next === undefined) throw new Error('the script is over');
    if (typeof next === 'number') return answer(CHANNEL, 0x10, Uint8Array.of(next));
    const value = typeof next === 'function' ? next(request) : next;
    return answer(CHANNEL, 0x10, Uint8Array.of(0, ...encodeCbor(value)));
  };
  link.onSent((report) => {
    const frame = readReport(report);
    if (frame?.kind === 'init' && frame.command === 0x06) {
      const payload = [...frame.part.subarray(0, 8), 0, 0, 0, CHANNEL, 2, 5, 4, 3, 0x0d];
      return queueMicrotask(() => answer(0xffff_ffff, 0x06, Uint8Array.from(payload)));
    }
    if (frame?.kind === 'init') {
      message = [];
      ({ length } = frame);
    }
    message.push(...(frame?.part ?? []));
    if (message.length < length) return undefined;
    const whole = Uint8Array.from(message.slice(0, length));
    return queueMicrotask(() => serve(whole));
  });
  const hid = new CtapHid(link.port, manualSurroundings().surroundings, () => undefined);
  await hid.open();
  return { hid, sent };
}
