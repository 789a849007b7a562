import { randomBytes } from 'node:crypto';
import { attest } from './attestation.ts';
import { authenticatorData } from './authenticator-data.ts';
import { type CborMap, bytes, map } from './cbor.ts';
import { AAGUID, MAX_LIST } from './get-info.ts';
import { newHmacSecret } from './hmac-secret.ts';
import { cosePublicKey, newPrivateKey } from './keys.ts';
import {
  base64url,
  descriptorIds,
  isBytes,
  isCount,
  isFlag,
  isInteger,
  isList,
  isMap,
  isText,
  need,
  optional,
} from './parameters.ts';
import { needPresence } from './presence.ts';
import { type Credential, type KeyRecord, isProtected } from './record.ts';
import { type Command, type KeyState, discoverable } from './state.ts';
import { Refusal, STATUS } from './status.ts';
import { PERMISSION } from './token.ts';
import { answerSelection, verifyUser } from './verification.ts';

/** Credentials found by id only take no slot of the store, but the simulator's memory has an end. */
const MAX_UNDISCOVERABLE = 200;

/** §6.1.2 step 3: every entry is looked at, and one must be ES256. */
function checkAlgorithms(list: readonly unknown[]): void {
  const wanted = list.map((entry) => {
    if (!isMap(entry)) throw new Refusal(STATUS.cborUnexpectedType);
    return need(entry, 'type', isText) === 'public-key' && need(entry, 'alg', isInteger);
  });
  if (!wanted.includes(-7)) throw new Refusal(STATUS.unsupportedAlgorithm);
}

/** Makes room for a credential as §6.1.2 step 17 has it: one for each user of each RP. */
function store(record: KeyRecord, credential: Credential): void {
  const isSame = (other: Credential) =>
    other.discoverable !== false &&
    other.rpId === credential.rpId &&
    other.userHandle === credential.userHandle;
  const kept =
    credential.discoverable === false
      ? record.credentials
      : record.credentials.filter((other) => !isSame(other));
  const used = discoverable({ ...record, credentials: kept }).length;
  const isFull =
    credential.discoverable === false
      ? kept.length - used >= MAX_UNDISCOVERABLE
      : used >= record.profile.maxCredentials;
  if (isFull) throw new Refusal(STATUS.keyStoreFull);
  // The newest comes first in an assertion (§6.2.2 step 12).
  record.credentials = [credential, ...kept];
}

/** What the platform asked of the extensions; unknown ones are ignored (§6.1.2 step 15). */
function readExtensions({ record }: KeyState, rpId: string, input: CborMap) {
  const credProtect = optional(input, 'credProtect', isCount);
  if (credProtect !== undefined && (credProtect < 1 || credProtect > 3)) {
    throw new Refusal(STATUS.invalidOption);
  }
  const hmacSecret = optional(input, 'hmac-secret', isFlag) ?? false;
  const minPinLength =
    (optional(input, 'minPinLength', isFlag) ?? false) && record.minPinLengthRpIds.includes(rpId);
  return {
    credProtect: credProtect ?? 1,
    hmacSecret,
    output: map(
      ['credProtect', credProtect],
      ['hmac-secret', hmacSecret || undefined],
      ['minPinLength', minPinLength ? record.minPinLength : undefined],
    ),
  };
}

/** authenticatorMakeCredential (CTAP 2.1 §6.1.2) */
export const makeCredential: Command = async (state, request, call) => {
  const { record } = state;
  await answerSelection(state, request, 0x08, call);
  const clientDataHash = need(request, 0x01, isBytes);
  const rpId = need(need(request, 0x02, isMap), 'id', isText);
  const user = need(request, 0x03, isMap);
  const userHandle = need(user, 'id', isBytes);
  if (userHandle.length === 0 || userHandle.length > 64) throw new Refusal(STATUS.invalidLength);
  checkAlgorithms(need(request, 0x04, isList));
  const excluded = descriptorIds(optional(request, 0x05, isList)) ?? [];
  if (excluded.length > MAX_LIST) throw new Refusal(STATUS.requestTooLarge);
  const extensions = readExtensions(state, rpId, optional(request, 0x06, isMap) ?? map());
  const options = optional(request, 0x07, isMap) ?? map();
  if (optional(options, 'up', isFlag) === false) throw new Refusal(STATUS.invalidOption);
  const rk = optional(options, 'rk', isFlag) ?? false;
  // Step 9: enterprise attestation is for keys that have it.
  if (request.has(0x0a)) throw new Refusal(STATUS.invalidParameter);

  const { uv, touched } = await verifyUser(
    state,
    request,
    {
      rpId,
      clientDataHash,
      permission: PERMISSION.makeCredential,
      fields: { param: 0x08, protocol: 0x09 },
      options,
      // Steps 6 and 7: UV for everything with alwaysUv, for what is discoverable once it is set up.
      must: record.alwaysUv || (rk && isProtected(record)),
    },
    call,
  );

  const known = record.credentials.find(
    (credential) =>
      credential.rpId === rpId &&
      excluded.includes(credential.id) &&
      // Step 12: a level 3 credential stays hidden from who has not been verified.
      (uv || credential.credProtect < 3),
  );
  if (!touched) await needPresence(state, call, STATUS.operationDenied);
  state.token.spend();
  if (known) throw new Refusal(STATUS.credentialExcluded);

  const credential: Credential = {
    rpId,
    id: base64url(randomBytes(48)),
    userHandle: base64url(userHandle),
    privateKey: newPrivateKey(),
    counter: 0,
    credProtect: extensions.credProtect,
    userName: optional(user, 'name', isText),
    userDisplayName: optional(user, 'displayName', isText),
    discoverable: rk,
    hmacSecret: extensions.hmacSecret ? newHmacSecret() : undefined,
  };
  store(record, credential);
  state.save();

  const data = authenticatorData({
    rpId,
    up: true,
    uv,
    backedUp: record.profile.backedUp,
    counter: credential.counter,
    attested: {
      aaguid: AAGUID,
      id: Buffer.from(credential.id, 'base64url'),
      publicKey: cosePublicKey(credential.privateKey),
    },
    extensions: extensions.output,
  });
  const { format, statement } = attest(
    record.profile.attestation,
    credential.privateKey,
    Buffer.concat([data, clientDataHash]),
  );
  return map([0x01, format], [0x02, bytes(data)], [0x03, statement]);
};
