// What makeCredential and getAssertion have in common before they do their work.
import type { CborMap } from './cbor.ts';
import { isBytes, isFlag, optional } from './parameters.ts';
import { needFinger, needPresence } from './presence.ts';
import { UV_RETRIES, isProtected } from './record.ts';
import { type Call, type KeyState, protocolOf } from './state.ts';
import { Refusal, STATUS } from './status.ts';

interface Question {
  readonly rpId: string;
  readonly clientDataHash: Uint8Array;
  readonly permission: number;
  /** Where the request has pinUvAuthParam and pinUvAuthProtocol. */
  readonly fields: { readonly param: number; readonly protocol: number };
  readonly options: CborMap;
  /** UV must be had, whatever the platform asks for. */
  readonly must: boolean;
}

/**
 * §6.1.2 step 1, §6.2.2 step 1: an empty pinUvAuthParam asks for a touch only, to choose among keys.
 */
export async function answerSelection(
  state: KeyState,
  request: CborMap,
  field: number,
  call: Call,
): Promise<void> {
  if (optional(request, field, isBytes)?.length !== 0) return;
  await needPresence(state, call, STATUS.operationDenied);
  throw new Refusal(isProtected(state.record) ? STATUS.pinInvalid : STATUS.pinNotSet);
}

/** How the user was verified. `touched`: the finger that proved it is presence as well. */
export async function verifyUser(
  state: KeyState,
  request: CborMap,
  question: Question,
  call: Call,
): Promise<{ readonly uv: boolean; readonly touched: boolean }> {
  const { record } = state;
  const { rpId, clientDataHash, permission, fields, options, must } = question;
  const param = optional(request, fields.param, isBytes);
  const enrolled = record.fingerprints.length > 0;
  if (param) {
    const protocol = protocolOf(state, request, fields.protocol);
    const token = state.token.verify(protocol, clientDataHash, param, permission);
    if (token.rpId !== undefined && token.rpId !== rpId) throw new Refusal(STATUS.pinAuthInvalid);
    // §6.1.2 step 11, §6.2.2 step 6: the first RP that uses an unbound token keeps it.
    token.rpId = rpId;
    return { uv: true, touched: state.token.isUserPresent() };
  }
  const asked = optional(options, 'uv', isFlag) ?? false;
  if (asked && !enrolled) throw new Refusal(STATUS.invalidOption);
  if (!asked && !must) return { uv: false, touched: false };
  if (!enrolled || record.uvRetries === 0) throw new Refusal(STATUS.pinRequired);
  await needFinger(state, call, UV_RETRIES);
  return { uv: true, touched: true };
}
