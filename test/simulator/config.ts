import { type CborMap, map, toCbor } from './cbor.ts';
import { MAX_RP_IDS } from './get-info.ts';
import { isBytes, isCount, isFlag, isList, isMap, isText, need, optional } from './parameters.ts';
import { isProtected } from './record.ts';
import { type Command, type KeyState, protocolOf } from './state.ts';
import { Refusal, STATUS } from './status.ts';
import { PERMISSION } from './token.ts';

const TOGGLE_ALWAYS_UV = 0x02;
const SET_MIN_PIN_LENGTH = 0x03;

/** §6.11 step 3: 32 × 0xff, the command, the subcommand and its parameters are what the token signs. */
function authorise(state: KeyState, request: CborMap, subCommand: number): void {
  // A key without any PIN or finger lets anybody switch alwaysUv.
  if (!isProtected(state.record) && subCommand === TOGGLE_ALWAYS_UV) return;
  const signature = optional(request, 0x04, isBytes);
  if (!signature) throw new Refusal(STATUS.pinRequired);
  const params = optional(request, 0x02, isMap);
  const head = Buffer.concat([Buffer.alloc(32, 0xff), Buffer.of(0x0d, subCommand)]);
  const message = Buffer.concat([head, params ? toCbor(params) : Buffer.of()]);
  const protocol = protocolOf(state, request, 0x03);
  state.token.verify(protocol, message, signature, PERMISSION.authenticatorConfig);
}

/** §6.11.4 */
function setMinPinLength(state: KeyState, params: CborMap): void {
  const { record } = state;
  const length = optional(params, 0x01, isCount) ?? record.minPinLength;
  const rpIds = optional(params, 0x02, isList) ?? record.minPinLengthRpIds;
  const force = optional(params, 0x03, isFlag) ?? false;
  if (!rpIds.every(isText)) throw new Refusal(STATUS.cborUnexpectedType);
  if (rpIds.length > MAX_RP_IDS) throw new Refusal(STATUS.keyStoreFull);
  // It can only grow, until a reset.
  if (length < record.minPinLength || length > 63) throw new Refusal(STATUS.pinPolicyViolation);
  if (force && record.pinHash === undefined) throw new Refusal(STATUS.pinNotSet);
  const isTooShort = record.pinLength !== undefined && record.pinLength < length;
  record.minPinLength = length;
  record.minPinLengthRpIds = rpIds;
  if (!force && !isTooShort) return;
  record.forcePinChange = true;
  state.token.stop();
}

/** authenticatorConfig (CTAP 2.1 §6.11) */
export const authenticatorConfig: Command = (state, request) => {
  const subCommand = need(request, 0x01, isCount);
  if (subCommand !== TOGGLE_ALWAYS_UV && subCommand !== SET_MIN_PIN_LENGTH) {
    throw new Refusal(STATUS.invalidSubcommand);
  }
  authorise(state, request, subCommand);
  if (subCommand === TOGGLE_ALWAYS_UV) state.record.alwaysUv = !state.record.alwaysUv;
  else setMinPinLength(state, optional(request, 0x02, isMap) ?? map());
  state.save();
  return undefined;
};
