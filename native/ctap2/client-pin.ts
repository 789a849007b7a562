import { type CborMap, type CborValue, asInteger, asMap } from './cbor.ts';
import type { CtapCrypto } from './crypto-port.ts';
import type { CtapHid, Patience } from './ctaphid.ts';
import { command, map, need } from './message.ts';
import type { PinProtocolNumber } from './pin-protocol.ts';
import { type SharedSecret, encapsulate } from './shared-secret.ts';

/** authenticatorClientPIN (CTAP 2.1 §6.5.5) and its subcommands. */
const CLIENT_PIN = 0x06;
export const SUB_COMMAND = {
  GET_PIN_RETRIES: 0x01,
  GET_KEY_AGREEMENT: 0x02,
  SET_PIN: 0x03,
  CHANGE_PIN: 0x04,
  GET_PIN_TOKEN: 0x05,
  GET_TOKEN_USING_UV: 0x06,
  GET_UV_RETRIES: 0x07,
  GET_TOKEN_USING_PIN: 0x09,
} as const;

export const clientPin = (
  hid: CtapHid,
  protocol: PinProtocolNumber,
  subCommand: number,
  parameters: readonly (readonly [number, CborValue])[] = [],
  patience?: Patience,
): Promise<CborMap> =>
  command(hid, CLIENT_PIN, map([0x01, protocol], [0x02, subCommand], ...parameters), patience);

export interface PinRetries {
  readonly retries: number;
  /** Three mismatches in a row: the key must be taken out and put back first. */
  readonly needsReinsert: boolean;
}

/** getPINRetries (§6.5.5.2) */
export async function getPinRetries(
  hid: CtapHid,
  protocol: PinProtocolNumber,
): Promise<PinRetries> {
  const answer = await clientPin(hid, protocol, SUB_COMMAND.GET_PIN_RETRIES);
  return {
    retries: need(count(answer.get(0x03)), 'pinRetries'),
    needsReinsert: answer.get(0x04) === true,
  };
}

/** getUVRetries (§6.5.5.3): tries left for the finger. */
export async function getUvRetries(hid: CtapHid, protocol: PinProtocolNumber): Promise<number> {
  const answer = await clientPin(hid, protocol, SUB_COMMAND.GET_UV_RETRIES);
  return need(count(answer.get(0x05)), 'uvRetries');
}

/** getKeyAgreement (§6.5.5.4), and the shared secret that follows from it. */
export async function getKeyAgreement(
  hid: CtapHid,
  crypto: CtapCrypto,
  protocol: PinProtocolNumber,
): Promise<SharedSecret> {
  const answer = await clientPin(hid, protocol, SUB_COMMAND.GET_KEY_AGREEMENT);
  return encapsulate(crypto, protocol, asMap(answer.get(0x01)));
}

const count = (value: CborValue | undefined): number | undefined => {
  const number = asInteger(value);
  return number !== undefined && number >= 0 ? number : undefined;
};
