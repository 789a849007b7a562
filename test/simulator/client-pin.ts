import { createHash, timingSafeEqual } from 'node:crypto';
import { type CborMap, map } from './cbor.ts';
import { isBytes, isCount, isMap, isText, need, optional } from './parameters.ts';
import type { PinProtocol, Secret } from './pin-protocol.ts';
import { needFinger } from './presence.ts';
import { PIN_RETRIES, UV_RETRIES } from './record.ts';
import { type Call, type Command, type KeyState, protocolOf } from './state.ts';
import { Refusal, STATUS } from './status.ts';
import { PERMISSION } from './token.ts';

/** §6.5.5.7: so many mismatches in a row, and the key wants to be taken out and put back. */
const MISMATCHES_IN_A_ROW = 3;
/** §6.5.1: a PIN of at most 63 bytes in 64, padded with zeros. */
const PADDED_PIN_BYTES = 64;

const hashOf = (pin: Uint8Array) => createHash('sha256').update(pin).digest().subarray(0, 16);

export const pinHash = (pin: string): string => hashOf(Buffer.from(pin)).toString('base64');

export const isPinBlocked = ({ pinMismatches }: KeyState): boolean =>
  pinMismatches >= MISMATCHES_IN_A_ROW;

/** The common beginning of what takes a PIN: its state, then the shared secret. */
function begin(state: KeyState, protocol: PinProtocol, request: CborMap): Secret {
  const { record } = state;
  if (record.pinHash === undefined) throw new Refusal(STATUS.pinNotSet);
  if (record.pinRetries === 0) throw new Refusal(STATUS.pinBlocked);
  if (isPinBlocked(state)) throw new Refusal(STATUS.pinAuthBlocked);
  return protocol.decapsulate(need(request, 0x03, isMap));
}

/** §6.5.5.6, §6.5.5.7.1: counts the try before it looks at the PIN. */
function checkPin(state: KeyState, protocol: PinProtocol, secret: Secret, request: CborMap): void {
  const { record, save } = state;
  const offered = secret.decrypt(need(request, 0x06, isBytes));
  if (offered.length !== 16) throw new Refusal(STATUS.invalidParameter);
  record.pinRetries--;
  save();
  if (!timingSafeEqual(offered, Buffer.from(record.pinHash ?? '', 'base64'))) {
    state.pinMismatches++;
    protocol.renew();
    if (record.pinRetries === 0) throw new Refusal(STATUS.pinBlocked);
    throw new Refusal(isPinBlocked(state) ? STATUS.pinAuthBlocked : STATUS.pinInvalid);
  }
  record.pinRetries = PIN_RETRIES;
  record.uvRetries = UV_RETRIES;
  state.pinMismatches = 0;
  save();
}

/** §6.5.5.5: keeps the new PIN, if it is one. */
function storePin(state: KeyState, padded: Buffer): void {
  const { record } = state;
  if (padded.length !== PADDED_PIN_BYTES) throw new Refusal(STATUS.invalidParameter);
  const end = padded.findLastIndex((byte) => byte !== 0) + 1;
  const text = padded.subarray(0, end).toString('utf8');
  const length = [...text].length;
  const hash = hashOf(padded.subarray(0, end)).toString('base64');
  if (
    end === PADDED_PIN_BYTES ||
    length < record.minPinLength ||
    // §6.5.5.6: a change that was asked for must change something.
    (record.forcePinChange && hash === record.pinHash)
  ) {
    throw new Refusal(STATUS.pinPolicyViolation);
  }
  Object.assign(record, {
    pinHash: hash,
    pinLength: length,
    pinRetries: PIN_RETRIES,
    forcePinChange: false,
    ...(record.pin === undefined ? {} : { pin: text }),
  });
  state.save();
  state.token.stop();
}

function setPin(state: KeyState, request: CborMap): undefined {
  const protocol = protocolOf(state, request, 0x01);
  const [cose, signature, encrypted] = [
    need(request, 0x03, isMap),
    need(request, 0x04, isBytes),
    need(request, 0x05, isBytes),
  ];
  if (state.record.pinHash !== undefined) throw new Refusal(STATUS.pinAuthInvalid);
  const secret = protocol.decapsulate(cose);
  secret.verify(encrypted, signature);
  storePin(state, secret.decrypt(encrypted));
}

function changePin(state: KeyState, request: CborMap): undefined {
  const protocol = protocolOf(state, request, 0x01);
  const [signature, encrypted, oldHash] = [
    need(request, 0x04, isBytes),
    need(request, 0x05, isBytes),
    need(request, 0x06, isBytes),
  ];
  const secret = begin(state, protocol, request);
  secret.verify(Buffer.concat([encrypted, oldHash]), signature);
  checkPin(state, protocol, secret, request);
  storePin(state, secret.decrypt(encrypted));
}

/** The token for these permissions, and whether they may be had that way (§6.5.5.7.2, §6.5.5.7.3). */
function permissionsOf(state: KeyState, request: CborMap) {
  const permissions = need(request, 0x09, isCount);
  const rpId = optional(request, 0x0a, isText);
  if (permissions === 0) throw new Refusal(STATUS.invalidParameter);
  const known = Object.values(PERMISSION)
    .filter((each) => each !== PERMISSION.bioEnrollment || state.record.profile.fingerprintSensor)
    .reduce((all, each) => all | each, 0);
  if ((permissions & ~known) !== 0) throw new Refusal(STATUS.unauthorizedPermission);
  const bound = PERMISSION.makeCredential | PERMISSION.getAssertion;
  if ((permissions & bound) !== 0 && rpId === undefined) {
    throw new Refusal(STATUS.missingParameter);
  }
  return { permissions, rpId };
}

function tokenByPin(
  state: KeyState,
  request: CborMap,
  { permissions, rpId }: { permissions: number; rpId: string | undefined },
): CborMap {
  const protocol = protocolOf(state, request, 0x01);
  const secret = begin(state, protocol, request);
  checkPin(state, protocol, secret, request);
  if (state.record.forcePinChange) throw new Refusal(STATUS.pinPolicyViolation);
  return map([0x02, secret.encrypt(state.token.issue(protocol.version, permissions, rpId))]);
}

async function tokenByFinger(state: KeyState, request: CborMap, call: Call): Promise<CborMap> {
  const protocol = protocolOf(state, request, 0x01);
  const { permissions, rpId } = permissionsOf(state, request);
  if (state.record.fingerprints.length === 0) throw new Refusal(STATUS.notAllowed);
  const secret = protocol.decapsulate(need(request, 0x03, isMap));
  await needFinger(state, call, 1);
  // A finger on the sensor is a hand on the key (§6.5.5.7.3).
  const token = state.token.issue(protocol.version, permissions, rpId, true);
  return map([0x02, secret.encrypt(token)]);
}

/** authenticatorClientPIN (CTAP 2.1 §6.5.5) */
export const clientPin: Command = (state, request, call) => {
  switch (need(request, 0x02, isCount)) {
    case 0x01:
      return map([0x03, state.record.pinRetries], [0x04, isPinBlocked(state)]);
    case 0x02:
      return map([0x01, protocolOf(state, request, 0x01).publicKey()]);
    case 0x03:
      return setPin(state, request);
    case 0x04:
      return changePin(state, request);
    case 0x05: {
      if (request.has(0x09) || request.has(0x0a)) throw new Refusal(STATUS.invalidParameter);
      const permissions = PERMISSION.makeCredential | PERMISSION.getAssertion;
      return tokenByPin(state, request, { permissions, rpId: undefined });
    }
    case 0x06:
      return tokenByFinger(state, request, call);
    case 0x07:
      return map([0x05, state.record.uvRetries]);
    case 0x09:
      return tokenByPin(state, request, permissionsOf(state, request));
    default:
      throw new Refusal(STATUS.invalidSubcommand);
  }
};
