import { authenticatorData } from './authenticator-data.ts';
import { type CborMap, bytes, map } from './cbor.ts';
import { MAX_LIST } from './get-info.ts';
import { hmacSecretOutput } from './hmac-secret.ts';
import { signWith } from './keys.ts';
import {
  descriptorIds,
  isBytes,
  isFlag,
  isList,
  isMap,
  isText,
  need,
  optional,
} from './parameters.ts';
import { needPresence } from './presence.ts';
import type { Credential, KeyRecord } from './record.ts';
import { type Command, type KeyState, answerFirst, answerNext } from './state.ts';
import { Refusal, STATUS } from './status.ts';
import { PERMISSION } from './token.ts';
import { answerSelection, verifyUser } from './verification.ts';

/** §6.2.2 step 7 with §12.1: level 2 is found without UV only by those who know its id, level 3 never. */
const locate = (
  record: KeyRecord,
  rpId: string,
  allowed: readonly string[] | undefined,
  uv: boolean,
): Credential[] =>
  record.credentials.filter(
    (credential) =>
      credential.rpId === rpId &&
      (allowed === undefined
        ? credential.discoverable !== false
        : allowed.includes(credential.id)) &&
      (uv ||
        credential.credProtect === 1 ||
        (credential.credProtect === 2 && allowed !== undefined)),
  );

interface Assertion {
  readonly clientDataHash: Uint8Array;
  readonly up: boolean;
  readonly uv: boolean;
  /** How many there are, for the first of several. */
  readonly total: number | undefined;
  /** Names are shown where one of several has to be chosen, to who has been verified. */
  readonly named: boolean;
  readonly hmac: ((credential: Credential) => Uint8Array | undefined) | undefined;
}

function sign(state: KeyState, credential: Credential, assertion: Assertion): CborMap {
  const { clientDataHash, up, uv, total, named, hmac } = assertion;
  credential.counter++;
  state.save();
  const data = authenticatorData({
    rpId: credential.rpId,
    up,
    uv,
    backedUp: state.record.profile.backedUp,
    counter: credential.counter,
    extensions: map(['hmac-secret', hmac?.(credential)]),
  });
  const user = map(
    ['id', bytes(Buffer.from(credential.userHandle, 'base64url'))],
    ['name', named ? credential.userName : undefined],
    ['displayName', named ? credential.userDisplayName : undefined],
  );
  return map(
    [0x01, map(['id', bytes(Buffer.from(credential.id, 'base64url'))], ['type', 'public-key'])],
    [0x02, bytes(data)],
    [0x03, signWith(credential.privateKey, Buffer.concat([data, clientDataHash]))],
    [0x04, credential.discoverable === false ? undefined : user],
    [0x05, total],
  );
}

/** authenticatorGetAssertion (CTAP 2.1 §6.2.2) */
export const getAssertion: Command = async (state, request, call) => {
  const { record } = state;
  await answerSelection(state, request, 0x06, call);
  const rpId = need(request, 0x01, isText);
  const clientDataHash = need(request, 0x02, isBytes);
  const allowed = descriptorIds(optional(request, 0x03, isList));
  if (allowed && allowed.length > MAX_LIST) throw new Refusal(STATUS.requestTooLarge);
  const extensions = optional(request, 0x04, isMap) ?? map();
  const options = optional(request, 0x05, isMap) ?? map();
  if (options.has('rk')) throw new Refusal(STATUS.unsupportedOption);
  const up = optional(options, 'up', isFlag) ?? true;

  const { uv, touched } = await verifyUser(
    state,
    request,
    {
      rpId,
      clientDataHash,
      permission: PERMISSION.getAssertion,
      fields: { param: 0x06, protocol: 0x07 },
      options,
      // Step 5: alwaysUv leaves only silent assertions without.
      must: record.alwaysUv && up,
    },
    call,
  );
  const found = locate(record, rpId, allowed, uv);
  if (found.length === 0) throw new Refusal(STATUS.noCredentials);
  const hmacInput = optional(extensions, 'hmac-secret', isMap);
  // §12.5: no secret without presence.
  if (hmacInput && !up) throw new Refusal(STATUS.unsupportedOption);
  const hmac = hmacInput && hmacSecretOutput(state, hmacInput, uv);
  if (up) {
    if (!touched) await needPresence(state, call, STATUS.operationDenied);
    state.token.spend();
  }
  const several = allowed === undefined && found.length > 1;
  // Step 11: from an allow list one is as good as another.
  const answering = several ? found : found.slice(0, 1);
  const answers = answering.map((credential, index) => () => {
    const total = several && index === 0 ? found.length : undefined;
    return sign(state, credential, { clientDataHash, up, uv, total, named: several && uv, hmac });
  });
  return answerFirst(state, call, 'assertion', answers);
};

/** authenticatorGetNextAssertion (§6.3) */
export const getNextAssertion: Command = (state, _request, call) =>
  answerNext(state, call, 'assertion');
