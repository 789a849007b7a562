import { type CborMap, type CborValue, asMap, decodeCbor, encodeCbor } from './cbor.ts';
import type { CtapHid, Patience } from './ctaphid.ts';
import { CtapLinkError, CtapStatusError, STATUS } from './status.ts';

/** Sends one CTAP2 command; resolves with the answer's map (empty when the key sent none). */
export async function command(
  hid: CtapHid,
  code: number,
  parameters?: CborMap,
  patience?: Patience,
): Promise<CborMap> {
  const body = parameters === undefined ? new Uint8Array() : encodeCbor(parameters);
  const message = new Uint8Array(1 + body.length);
  message[0] = code;
  message.set(body, 1);
  const answer = await hid.cbor(message, patience);
  const [status] = answer;
  if (status === undefined) throw new CtapLinkError('malformed', 'empty answer');
  if (status !== STATUS.OK) throw new CtapStatusError(status);
  if (answer.length === 1) return new Map();
  const decoded = decodeCbor(answer.subarray(1));
  if (!decoded.ok) throw new CtapLinkError('malformed', `CBOR: ${decoded.error}`);
  return need(asMap(decoded.value), 'answer');
}

/** A field that the spec requires; its absence is a malformed answer. */
export function need<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new CtapLinkError('malformed', `${name} is missing`);
  return value;
}

export const map = (...entries: readonly (readonly [number | string, CborValue])[]): CborMap =>
  new Map(entries);

/** The parts one after another. */
export function concatenated(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A credential as commands name it (WebAuthn §5.8.3). */
export const descriptor = (id: Uint8Array): CborMap => map(['id', id], ['type', 'public-key']);
