import { asArray, asBytes, asInteger, asMap } from './cbor.ts';
import type { CtapHid } from './ctaphid.ts';
import { command } from './message.ts';

/** What authenticatorGetInfo (CTAP 2.1 §6.4) says, as far as the client uses it. */
export interface AuthenticatorInfo {
  readonly versions: readonly string[];
  readonly aaguid: Uint8Array | undefined;
  /** undefined: no PIN support; false: none set yet. */
  readonly clientPin: boolean | undefined;
  readonly pinUvAuthToken: boolean;
  readonly pinUvAuthProtocols: readonly number[];
  readonly forcePinChange: boolean;
  readonly minPinLength: number;
}

export async function getInfo(hid: CtapHid): Promise<AuthenticatorInfo> {
  const answer = await command(hid, 0x04);
  const options = asMap(answer.get(0x04));
  const flag = (name: string) => {
    const value = options?.get(name);
    return typeof value === 'boolean' ? value : undefined;
  };
  return {
    versions: (asArray(answer.get(0x01)) ?? []).filter((v) => typeof v === 'string'),
    aaguid: asBytes(answer.get(0x03)),
    clientPin: flag('clientPin'),
    pinUvAuthToken: flag('pinUvAuthToken') ?? false,
    pinUvAuthProtocols: (asArray(answer.get(0x06)) ?? []).filter((v) => typeof v === 'number'),
    forcePinChange: answer.get(0x0c) === true,
    minPinLength: asInteger(answer.get(0x0d)) ?? 4,
  };
}
