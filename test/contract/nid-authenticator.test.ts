// Our client at an authenticator that is not ours, judged by a verifier that is not ours.
import { createHash } from 'node:crypto';
import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
import { expect, it } from 'vitest';
import { getAssertion } from '../../native/ctap2/get-assertion.ts';
import { getInfo } from '../../native/ctap2/get-info.ts';
import { makeCredential } from '../../native/ctap2/make-credential.ts';
import type { PinToken } from '../../native/ctap2/shared-secret.ts';
import { openNidKey } from '../support/nid-key.ts';

const rpId = 'keys.clinic.example';
const origin = `https://${rpId}`;
const challenge = 'Y2hhbGxlbmdl';
const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
const clientData = (type: string) => Buffer.from(JSON.stringify({ type, challenge, origin }));
const hash = (bytes: Uint8Array) => new Uint8Array(createHash('sha256').update(bytes).digest());
/** It has no PIN, and does not look. */
const token: PinToken = { protocol: 2, authenticate: hash, forget: () => undefined };
const patience = { limitMs: 1_000 };

it('registers and asserts at nid-webauthn-emulator', async () => {
  const hid = await openNidKey();
  expect(await getInfo(hid)).toMatchObject({
    versions: ['FIDO_2_0'],
    clientPin: undefined,
    uv: true,
  });

  const created = clientData('webauthn.create');
  const request = {
    clientDataHash: hash(created),
    rp: { id: rpId, name: 'Clinic' },
    user: { id: new Uint8Array(32).fill(7), name: 'maria', displayName: 'Maria Lopez' },
    algorithms: [-7],
    exclude: [],
    discoverable: true,
    token,
  };
  const made = await makeCredential(hid, request, patience);
  const length = new DataView(
    made.authenticatorData.buffer,
    made.authenticatorData.byteOffset,
  ).getUint16(53);
  const id = made.authenticatorData.slice(55, 55 + length);
  const registration = await verifyRegistrationResponse({
    response: {
      id: base64url(id),
      rawId: base64url(id),
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: base64url(created),
        attestationObject: base64url(made.attestationObject),
      },
    },
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: rpId,
  });
  expect(registration.verified).toBe(true);
  const credential = registration.registrationInfo?.credential;
  if (!credential) throw new Error('no credential');
  expect(credential.id).toBe(base64url(id));
  await expect(makeCredential(hid, { ...request, exclude: [id] }, patience)).rejects.toMatchObject({
    status: 0x19,
  });

  const got = clientData('webauthn.get');
  const assertion = await getAssertion(
    hid,
    { rpId, clientDataHash: hash(got), touch: true, token },
    patience,
  );
  expect(assertion).toMatchObject({ credentialId: id, userHandle: request.user.id });
  const authentication = await verifyAuthenticationResponse({
    response: {
      id: base64url(id),
      rawId: base64url(id),
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: base64url(got),
        authenticatorData: base64url(assertion.authenticatorData),
        signature: base64url(assertion.signature),
        userHandle: base64url(request.user.id),
      },
    },
    expectedChallenge: challenge,
    expectedOrigin: origin,
    expectedRPID: rpId,
    credential,
    requireUserVerification: true,
  });
  expect(authentication.verified).toBe(true);
  expect(authentication.authenticationInfo.newCounter).toBeGreaterThan(credential.counter);
  await expect(
    getAssertion(hid, { rpId: 'other.example', clientDataHash: hash(got), touch: true }, patience),
  ).rejects.toMatchObject({ status: 0x2e });
});
