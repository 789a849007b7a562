import { type CborMap, asArray, asBytes, asInteger, asMap } from './cbor.ts';
import type { CtapHid } from './ctaphid.ts';
import { command } from './message.ts';

/** What authenticatorGetInfo (CTAP 2.1 §6.4) says, as far as the client uses it. */
export interface AuthenticatorInfo {
  readonly versions: readonly string[];
  readonly extensions: readonly string[];
  readonly aaguid: Uint8Array | undefined;
  /** undefined: no PIN support; false: none set yet. */
  readonly clientPin: boolean | undefined;
  /** Built-in user verification, e.g. a fingerprint; false: none taught yet. */
  readonly uv: boolean | undefined;
  readonly alwaysUv: boolean;
  readonly pinUvAuthToken: boolean;
  readonly pinUvAuthProtocols: readonly number[];
  /** 0x0A, the preview's 0x41, or none. */
  readonly credentialManagement: number | undefined;
  readonly authenticatorConfig: boolean;
  readonly forcePinChange: boolean;
  readonly minPinLength: number;
  /** Largest message it takes, in bytes. */
  readonly maxMessage: number;
  /** Longest allow list it takes; 1 where it says nothing. */
  readonly maxAllowList: number;
  /** Discoverable credentials that still fit, as the key reckons. */
  readonly freeSlots: number | undefined;
}

/** §6.4: what holds where a key says nothing. */
const DEFAULT_MAX_MESSAGE = 1024;
const DEFAULT_MIN_PIN_LENGTH = 4;

export async function getInfo(hid: CtapHid): Promise<AuthenticatorInfo> {
  const answer = await command(hid, 0x04);
  const options = asMap(answer.get(0x04));
  const flag = (name: string) => {
    const value = options?.get(name);
    return typeof value === 'boolean' ? value : undefined;
  };
  const clientPin = flag('clientPin');
  return {
    versions: texts(answer, 0x01),
    extensions: texts(answer, 0x02),
    aaguid: asBytes(answer.get(0x03)),
    clientPin,
    uv: flag('uv'),
    alwaysUv: flag('alwaysUv') ?? false,
    pinUvAuthToken: flag('pinUvAuthToken') ?? false,
    // CTAP 2.0 keys may leave the list out: they have the first protocol.
    pinUvAuthProtocols:
      asArray(answer.get(0x06))?.filter((v) => typeof v === 'number') ??
      (clientPin === undefined ? [] : [1]),
    credentialManagement: flag('credMgmt')
      ? 0x0a
      : flag('credentialMgmtPreview')
        ? 0x41
        : undefined,
    authenticatorConfig: flag('authnrCfg') ?? false,
    forcePinChange: answer.get(0x0c) === true,
    minPinLength: asInteger(answer.get(0x0d)) ?? DEFAULT_MIN_PIN_LENGTH,
    maxMessage: asInteger(answer.get(0x05)) ?? DEFAULT_MAX_MESSAGE,
    maxAllowList: asInteger(answer.get(0x07)) ?? 1,
    freeSlots: asInteger(answer.get(0x14)),
  };
}

const texts = (answer: CborMap, field: number): readonly string[] =>
  (asArray(answer.get(field)) ?? []).filter((value) => typeof value === 'string');
