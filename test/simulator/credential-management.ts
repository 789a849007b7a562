import { sha256 } from './authenticator-data.ts';
import { type CborMap, bytes, map, toCbor } from './cbor.ts';
import { cosePublicKey } from './keys.ts';
import { base64url, isBytes, isCount, isMap, isText, need, optional } from './parameters.ts';
import type { Credential } from './record.ts';
import {
  type Call,
  type Command,
  type KeyState,
  answerFirst,
  answerNext,
  discoverable,
  protocolOf,
} from './state.ts';
import { Refusal, STATUS } from './status.ts';
import { PERMISSION } from './token.ts';

/** §6.8: the token must be for this, and, when it is bound to an RP, for that RP's credential. */
function authorise(state: KeyState, request: CborMap, subCommand: number, rpId?: string): void {
  const signature = optional(request, 0x04, isBytes);
  if (!signature) throw new Refusal(STATUS.pinRequired);
  const params = optional(request, 0x02, isMap);
  const message = Buffer.concat([Buffer.of(subCommand), params ? toCbor(params) : Buffer.of()]);
  const protocol = protocolOf(state, request, 0x03);
  const token = state.token.verify(protocol, message, signature, PERMISSION.credentialManagement);
  if (token.rpId !== undefined && token.rpId !== rpId) throw new Refusal(STATUS.pinAuthInvalid);
}

const describeCredential = (credential: Credential, total: number | undefined) =>
  map(
    [
      0x06,
      map(
        ['id', bytes(Buffer.from(credential.userHandle, 'base64url'))],
        ['name', credential.userName],
        ['displayName', credential.userDisplayName],
      ),
    ],
    [0x07, map(['id', bytes(Buffer.from(credential.id, 'base64url'))], ['type', 'public-key'])],
    [0x08, cosePublicKey(credential.privateKey)],
    [0x09, total],
    [0x0a, credential.credProtect],
  );

function metadata(state: KeyState, request: CborMap): CborMap {
  authorise(state, request, 0x01);
  const existing = discoverable(state.record).length;
  const remaining = Math.max(0, state.record.profile.maxCredentials - existing);
  return map([0x01, existing], [0x02, remaining]);
}

function enumerateRps(state: KeyState, request: CborMap, call: Call): CborMap {
  authorise(state, request, 0x02);
  const rpIds = [...new Set(discoverable(state.record).map(({ rpId }) => rpId))];
  const answers = rpIds.map((rpId, index) => () => {
    const total = index === 0 ? rpIds.length : undefined;
    return map([0x03, map(['id', rpId])], [0x04, bytes(sha256(rpId))], [0x05, total]);
  });
  return answerFirst(state, call, 'rp', answers);
}

function enumerateCredentials(state: KeyState, request: CborMap, call: Call): CborMap {
  const hash = need(need(request, 0x02, isMap), 0x01, isBytes);
  const found = discoverable(state.record).filter(({ rpId }) => sha256(rpId).equals(hash));
  authorise(state, request, 0x04, found[0]?.rpId);
  const answers = found.map(
    (credential, index) => () =>
      describeCredential(credential, index === 0 ? found.length : undefined),
  );
  return answerFirst(state, call, 'credential', answers);
}

/** The credential that the parameters name, once the token has been checked. */
function named(state: KeyState, request: CborMap, subCommand: number): Credential {
  const descriptor = need(need(request, 0x02, isMap), 0x02, isMap);
  const id = base64url(need(descriptor, 'id', isBytes));
  const found = discoverable(state.record).find((credential) => credential.id === id);
  authorise(state, request, subCommand, found?.rpId);
  if (!found) throw new Refusal(STATUS.noCredentials);
  return found;
}

function remove(state: KeyState, request: CborMap): undefined {
  const credential = named(state, request, 0x06);
  const { record } = state;
  record.credentials = record.credentials.filter((other) => other !== credential);
  state.save();
}

function updateUser(state: KeyState, request: CborMap): undefined {
  const credential = named(state, request, 0x07);
  const user = need(need(request, 0x02, isMap), 0x03, isMap);
  if (base64url(need(user, 'id', isBytes)) !== credential.userHandle) {
    throw new Refusal(STATUS.invalidParameter);
  }
  credential.userName = optional(user, 'name', isText);
  credential.userDisplayName = optional(user, 'displayName', isText);
  state.save();
}

/** authenticatorCredentialManagement (CTAP 2.1 §6.8) */
export const credentialManagement: Command = (state, request, call) => {
  switch (need(request, 0x01, isCount)) {
    case 0x01:
      return metadata(state, request);
    case 0x02:
      return enumerateRps(state, request, call);
    case 0x03:
      return answerNext(state, call, 'rp');
    case 0x04:
      return enumerateCredentials(state, request, call);
    case 0x05:
      return answerNext(state, call, 'credential');
    case 0x06:
      return remove(state, request);
    case 0x07:
      return updateUser(state, request);
    default:
      throw new Refusal(STATUS.invalidSubcommand);
  }
};
