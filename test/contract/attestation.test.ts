// What the simulated key attests, as the product reads it and as an independent verifier judges it.
import { X509Certificate, createHash, createPublicKey, verify } from 'node:crypto';
import { verifyRegistrationResponse } from '@simplewebauthn/server';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { asArray, asBytes, asMap, decodeCbor } from '../../native/ctap2/cbor.ts';
import { makeCredential } from '../../native/ctap2/make-credential.ts';
import { PERMISSION } from '../../native/ctap2/pin-token.ts';
import { testRoot } from '../simulator/attestation.ts';
import { AAGUID } from '../simulator/get-info.ts';
import { type KeyOverUdp, keyOverUdp } from '../support/key-over-udp.ts';

const RP = 'keys.clinic.example';
const PIN = '246813';
const challenge = 'Y2hhbGxlbmdl';
const clientData = Buffer.from(
  JSON.stringify({ type: 'webauthn.create', challenge, origin: `https://${RP}` }),
);
const base64url = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64url');
const clientDataHash = new Uint8Array(createHash('sha256').update(clientData).digest());

let key: KeyOverUdp;
beforeEach(async () => {
  key = await keyOverUdp();
  await key.control.ask({ cmd: 'set-key', pin: PIN });
});
afterEach(() => key.stop());

async function register(profile: object) {
  await key.control.ask({ cmd: 'set-key', profile });
  const hid = await key.replug();
  const made = await makeCredential(
    hid,
    {
      clientDataHash,
      rp: { id: RP, name: 'Clinic' },
      user: { id: new Uint8Array(32).fill(7), name: 'maria', displayName: 'Maria Lopez' },
      algorithms: [-7],
      exclude: [],
      discoverable: true,
      credProtect: 2,
      token: await key.token(hid, 2, PIN, { bits: PERMISSION.MAKE_CREDENTIAL, rpId: RP }),
    },
    { limitMs: 30_000 },
  );
  const decoded = decodeCbor(made.attestationObject);
  const statement = decoded.ok ? asMap(asMap(decoded.value)?.get('attStmt')) : undefined;
  const { authenticatorData: data } = made;
  const length = new DataView(data.buffer, data.byteOffset).getUint16(53);
  const id = base64url(data.slice(55, 55 + length));
  const response = {
    clientDataJSON: base64url(clientData),
    attestationObject: base64url(made.attestationObject),
  };
  const judged = await verifyRegistrationResponse({
    response: { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response },
    expectedChallenge: challenge,
    expectedOrigin: `https://${RP}`,
    expectedRPID: RP,
  });
  const certificates = (asArray(statement?.get('x5c')) ?? []).map(
    (der) => new X509Certificate(asBytes(der) ?? new Uint8Array()),
  );
  return { made, statement, judged, leaf: certificates[0], certificates };
}

/** AT, UV and UP (WebAuthn §6.1), credProtect's ED; BE and BS with `backedUp`. */
const FLAGS = 0xc5;
const BACKED_UP = 0x18;

it('its own root stands behind a batch certificate that names its model', async () => {
  const { made, judged, leaf, certificates, statement } = await register({});
  expect(made.format).toBe('packed');
  expect(made.authenticatorData[32]).toBe(FLAGS);
  expect(made.authenticatorData.subarray(37, 53)).toEqual(AAGUID);
  expect(judged.verified).toBe(true);
  expect(certificates).toHaveLength(1);
  const root = new X509Certificate(testRoot);
  expect(leaf?.checkIssued(root)).toBe(true);
  expect(leaf?.verify(root.publicKey)).toBe(true);
  const signed = Buffer.concat([made.authenticatorData, clientDataHash]);
  const signature = asBytes(statement?.get('sig')) ?? new Uint8Array();
  expect(leaf && verify('sha256', signed, leaf.publicKey, signature)).toBe(true);
});

it('another root stands behind one that looks the same to who does not check', async () => {
  const { made, judged, leaf } = await register({ attestation: 'other-root' });
  expect({ format: made.format, verified: judged.verified }).toEqual({
    format: 'packed',
    verified: true,
  });
  expect(leaf?.verify(new X509Certificate(testRoot).publicKey)).toBe(false);
});

it('self attestation is signed by the credential itself, without a certificate', async () => {
  const { made, judged, certificates, statement } = await register({ attestation: 'self' });
  expect(made.format).toBe('packed');
  expect(certificates).toEqual([]);
  expect(judged.verified).toBe(true);
  const decoded = decodeCbor(judged.registrationInfo?.credential.publicKey ?? new Uint8Array());
  const cose = decoded.ok ? asMap(decoded.value) : undefined;
  const part = (label: number) => base64url(asBytes(cose?.get(label)) ?? new Uint8Array());
  const own = createPublicKey({
    key: { kty: 'EC', crv: 'P-256', x: part(-2), y: part(-3) },
    format: 'jwk',
  });
  const signed = Buffer.concat([made.authenticatorData, clientDataHash]);
  const signature = asBytes(statement?.get('sig')) ?? new Uint8Array();
  expect(verify('sha256', signed, own, signature)).toBe(true);
});

it('none says nothing at all', async () => {
  const { made, statement, judged } = await register({ attestation: 'none' });
  expect(made.format).toBe('none');
  expect(statement).toEqual(new Map());
  expect(judged.verified).toBe(true);
});

it('a synced passkey says so, at registration', async () => {
  const { made, judged } = await register({ backedUp: true });
  expect(made.authenticatorData[32]).toBe(FLAGS | BACKED_UP);
  expect(judged.registrationInfo).toMatchObject({
    credentialDeviceType: 'multiDevice',
    credentialBackedUp: true,
  });
});
