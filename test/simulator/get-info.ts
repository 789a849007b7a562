import { bytes, map } from './cbor.ts';
import { discoverable, type Command } from './state.ts';

/** Spells "Wardlock sim", so that nobody takes it for a real model. */
export const AAGUID = bytes(Buffer.from('57617264006c6f636b00730069006d00', 'hex'));
export const MAX_MESSAGE = 1200;
export const MAX_LIST = 8;
export const MAX_RP_IDS = 4;

/** authenticatorGetInfo (CTAP 2.1 §6.4) */
export const getInfo: Command = ({ record }) => {
  const { fingerprintSensor, maxCredentials, pinUvAuthProtocols } = record.profile;
  const enrolled = record.fingerprints.length > 0;
  return map(
    [0x01, ['FIDO_2_0', 'FIDO_2_1']],
    [0x02, ['credProtect', 'hmac-secret', 'minPinLength']],
    [0x03, AAGUID],
    [
      0x04,
      map(
        ['rk', true],
        ['up', true],
        ['plat', false],
        ['uv', fingerprintSensor ? enrolled : undefined],
        ['bioEnroll', fingerprintSensor ? enrolled : undefined],
        ['alwaysUv', record.alwaysUv],
        ['authnrCfg', true],
        ['clientPin', record.pinHash !== undefined],
        ['credMgmt', true],
        ['pinUvAuthToken', true],
        ['setMinPINLength', true],
        // §7.2: alwaysUv takes it away.
        ['makeCredUvNotRqd', !record.alwaysUv],
      ),
    ],
    [0x05, MAX_MESSAGE],
    [0x06, [...pinUvAuthProtocols]],
    [0x07, MAX_LIST],
    [0x08, 128],
    [0x09, ['usb']],
    [0x0a, [map(['alg', -7], ['type', 'public-key'])]],
    [0x0c, record.forcePinChange],
    [0x0d, record.minPinLength],
    [0x0e, 1],
    [0x10, MAX_RP_IDS],
    [0x11, fingerprintSensor ? 3 : undefined],
    // FIDO registry: fingerprint, built in.
    [0x12, fingerprintSensor ? 0x02 : undefined],
    [0x14, Math.max(0, maxCredentials - discoverable(record).length)],
  );
};
