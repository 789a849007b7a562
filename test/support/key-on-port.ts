import { fromBase64url } from '../../common/bytes.ts';
import {
  type CborMap,
  type CborValue,
  asMap,
  decodeCbor,
  encodeCbor,
} from '../../native/ctap2/cbor.ts';
import { readReport, toReports } from '../../native/ctap2/frames.ts';
import { plugIn } from '../simulator/key.ts';
import { provision } from '../simulator/provision.ts';
import { scriptedPort } from './scripted-key.ts';

export const CHANNEL = 7;
export const GET_ASSERTION = 0x02;
export const SELECTION = 0x0b;
export const GET_INFO = 0x04;
export const CLIENT_PIN = 0x06;
export const GET_RETRIES = 0x01;
export const GET_AGREEMENT = 0x02;
export const GET_PIN_TOKEN = 0x05;
export const GET_TOKEN_WITH_PERMISSIONS = 0x09;

export type Answer = Uint8Array | 'nothing';
/** What the key does instead of answering as it should; undefined = nothing else. */
export type Twist = (command: number, request: CborMap) => Answer | undefined;

/** The simulator's authenticator behind a scripted port; `twist` makes it misbehave. */
export function keyOnPort(twist: Twist, people = [{ id: 'nurse', name: 'Nurse', pin: '246813' }]) {
  const { keys, credentials: directory } = provision({ rpId: 'localhost', people });
  const credentials = keys.flatMap((key) => ('credentials' in key ? key.credentials : []));
  const record = { ...keys[0], credentials, pinRetries: 8 };
  let touch = (): void => undefined;
  const authenticator = plugIn(record, () => undefined, {
    wait: (signal) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => resolve('cancelled'));
        touch = () => resolve('finger');
        link.answer(toReports(CHANNEL, 0x3b, Uint8Array.of(2))[0] ?? new Uint8Array());
      }),
  });
  const link = scriptedPort();
  const requests: { command: number; parameters: CborMap }[] = [];
  let abort = new AbortController();
  let message: number[] = [];
  let length = 0;

  const answer = (command: number, payload: Uint8Array, channel = CHANNEL) => {
    for (const report of toReports(channel, command, payload)) link.answer(report);
  };
  const serve = async (bytes: Uint8Array) => {
    const decoded = bytes.length > 1 ? decodeCbor(bytes.subarray(1)) : undefined;
    const parameters = (decoded?.ok === true ? asMap(decoded.value) : undefined) ?? new Map();
    const command = bytes[0] ?? 0;
    requests.push({ command, parameters });
    const twisted = twist(command, parameters);
    if (twisted === 'nothing') return;
    abort = new AbortController();
    answer(0x10, twisted ?? (await authenticator.handle(bytes, abort.signal)));
  };
  link.onSent((report) => {
    const frame = readReport(report);
    if (frame?.kind === 'init') {
      if (frame.command === 0x06) {
        const payload = Uint8Array.of(
          ...frame.part.subarray(0, 8),
          0,
          0,
          0,
          CHANNEL,
          2,
          5,
          4,
          3,
          0x0d,
        );
        return queueMicrotask(() => answer(0x06, payload, frame.channel));
      }
      if (frame.command === 0x11) return abort.abort();
      message = [];
      ({ length } = frame);
    }
    message.push(...(frame?.part ?? []));
    if (message.length >= length) void serve(Uint8Array.from(message.slice(0, length)));
  });
  /** Its credentials as the directory knows them. */
  const known = directory.map(({ id, publicKey }) => ({
    credentialId: fromBase64url(id),
    publicKey: fromBase64url(publicKey),
  }));
  return { link, requests, record, known, touch: () => touch() };
}

export const status = (code: number) => Uint8Array.of(code);
export const okAnswer = (value: CborValue) => Uint8Array.of(0, ...encodeCbor(value));
/** A sound answer to getInfo, with changes. */
export const soundInfo = (changes: readonly (readonly [number, CborValue])[] = []) =>
  okAnswer(
    new Map<number, CborValue>([
      [0x01, ['FIDO_2_0', 'FIDO_2_1']],
      [0x03, new Uint8Array(16)],
      [
        0x04,
        new Map([
          ['clientPin', true],
          ['pinUvAuthToken', true],
        ]),
      ],
      [0x06, [2]],
      ...changes,
    ]),
  );
export const isPin = (subCommand: number) => (command: number, request: CborMap) =>
  command === CLIENT_PIN && request.get(0x02) === subCommand;
export const isToken = isPin(GET_TOKEN_WITH_PERMISSIONS);
