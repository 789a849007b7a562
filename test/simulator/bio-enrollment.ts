import { randomBytes } from 'node:crypto';
import { type CborMap, bytes, map, toCbor } from './cbor.ts';
import {
  base64url,
  isBytes,
  isCount,
  isFlag,
  isMap,
  isText,
  need,
  optional,
} from './parameters.ts';
import { type Call, type Command, type KeyState, protocolOf } from './state.ts';
import { Refusal, STATUS } from './status.ts';
import { PERMISSION } from './token.ts';

const SAMPLES = 3;
const MAX_FINGERS = 5;
const MODALITY_FINGERPRINT = 1;
const LIMIT_MS = 10_000;
/** §6.7.5: how the last sample was. */
const SAMPLE = { good: 0x00, noActivity: 0x0d } as const;

/** §6.7: modality, subcommand and parameters are what the token signs. */
function authorise(state: KeyState, request: CborMap, subCommand: number): void {
  const signature = optional(request, 0x05, isBytes);
  if (!signature) throw new Refusal(STATUS.pinRequired);
  const params = optional(request, 0x03, isMap);
  const head = Buffer.of(MODALITY_FINGERPRINT, subCommand);
  const message = Buffer.concat([head, params ? toCbor(params) : Buffer.of()]);
  const protocol = protocolOf(state, request, 0x04);
  state.token.verify(protocol, message, signature, PERMISSION.bioEnrollment);
}

async function sample(state: KeyState, call: Call): Promise<number> {
  const touched = await state.touch.wait(call.signal, LIMIT_MS);
  if (touched === 'cancelled') throw new Refusal(STATUS.keepaliveCancel);
  return touched === 'timeout' ? SAMPLE.noActivity : SAMPLE.good;
}

async function capture(
  state: KeyState,
  finger: NonNullable<KeyState['enrolling']>,
  call: Call,
): Promise<CborMap> {
  const how = await sample(state, call);
  if (how === SAMPLE.good) finger.left--;
  if (finger.left > 0) state.enrolling = finger;
  else {
    state.record.fingerprints.push({ id: finger.id, name: '' });
    state.save();
  }
  return map([0x04, bytes(Buffer.from(finger.id, 'base64url'))], [0x05, how], [0x06, finger.left]);
}

function finger(state: KeyState, request: CborMap) {
  const id = base64url(need(need(request, 0x03, isMap), 0x01, isBytes));
  const found = state.record.fingerprints.find((each) => each.id === id);
  if (!found) throw new Refusal(STATUS.invalidOption);
  return found;
}

/** authenticatorBioEnrollment (CTAP 2.1 §6.7) */
export const bioEnrollment: Command = async (state, request, call) => {
  const { record } = state;
  if (!record.profile.fingerprintSensor) throw new Refusal(STATUS.invalidCommand);
  // Only the very next sample goes on with it.
  const half = state.enrolling;
  state.enrolling = undefined;
  if (optional(request, 0x06, isFlag) === true) return map([0x01, MODALITY_FINGERPRINT]);
  if (need(request, 0x01, isCount) !== MODALITY_FINGERPRINT) {
    throw new Refusal(STATUS.unsupportedOption);
  }
  const subCommand = need(request, 0x02, isCount);
  switch (subCommand) {
    case 0x01:
      authorise(state, request, subCommand);
      if (record.fingerprints.length >= MAX_FINGERS) throw new Refusal(STATUS.keyStoreFull);
      return capture(state, { id: base64url(randomBytes(8)), left: SAMPLES }, call);
    case 0x02: {
      authorise(state, request, subCommand);
      const id = base64url(need(need(request, 0x03, isMap), 0x01, isBytes));
      if (half?.id !== id) throw new Refusal(STATUS.notAllowed);
      return capture(state, half, call);
    }
    case 0x03:
      return undefined;
    case 0x04: {
      authorise(state, request, subCommand);
      if (record.fingerprints.length === 0) throw new Refusal(STATUS.invalidOption);
      const all = record.fingerprints.map(({ id, name }) =>
        map([0x01, bytes(Buffer.from(id, 'base64url'))], [0x02, name]),
      );
      return map([0x07, all]);
    }
    case 0x05:
      authorise(state, request, subCommand);
      finger(state, request).name = need(need(request, 0x03, isMap), 0x02, isText);
      state.save();
      return undefined;
    case 0x06: {
      authorise(state, request, subCommand);
      const gone = finger(state, request);
      record.fingerprints = record.fingerprints.filter((each) => each !== gone);
      state.save();
      return undefined;
    }
    case 0x07:
      return map([0x02, 0x01], [0x03, SAMPLES], [0x08, 64]);
    default:
      throw new Refusal(STATUS.invalidSubcommand);
  }
};
