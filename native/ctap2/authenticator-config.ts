import { type CborMap, encodeCbor } from './cbor.ts';
import type { CtapHid } from './ctaphid.ts';
import { command, concatenated, map } from './message.ts';
import type { PinToken } from './shared-secret.ts';

/** authenticatorConfig (CTAP 2.1 §6.11) */
const CONFIG = 0x0d;
/** §6.11.1: what is authenticated begins so. */
const PREFIX = new Uint8Array(33).fill(0xff, 0, 32).fill(CONFIG, 32);

/** toggleAlwaysUv (§6.11.2): from now on the key answers nobody without user verification, or again does. */
export async function toggleAlwaysUv(hid: CtapHid, token: PinToken): Promise<void> {
  await config(hid, token, 0x02);
}

/** setMinPINLength (§6.11.4). It can only rise; `forceChange` makes the owner choose a new PIN. */
export async function setMinPinLength(
  hid: CtapHid,
  token: PinToken,
  { length, forceChange = false }: { readonly length: number; readonly forceChange?: boolean },
): Promise<void> {
  const parameters = map([0x01, length], ...(forceChange ? [[0x03, true] as const] : []));
  await config(hid, token, 0x03, parameters);
}

async function config(
  hid: CtapHid,
  token: PinToken,
  subCommand: number,
  parameters?: CborMap,
): Promise<void> {
  const encoded = parameters === undefined ? new Uint8Array() : encodeCbor(parameters);
  const message = concatenated(PREFIX, Uint8Array.of(subCommand), encoded);
  await command(
    hid,
    CONFIG,
    map(
      [0x01, subCommand],
      ...(parameters === undefined ? [] : [[0x02, parameters] as const]),
      [0x03, token.protocol],
      [0x04, token.authenticate(message)],
    ),
  );
}
