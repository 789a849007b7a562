// The product's commands at the simulated key, over UDP: what no screen uses yet is here used for real.
import { createHash, createPublicKey, verify } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeCrypto } from '../../native/crypto.ts';
import { setMinPinLength, toggleAlwaysUv } from '../../native/ctap2/authenticator-config.ts';
import { asBytes, asMap, decodeCbor } from '../../native/ctap2/cbor.ts';
import { getPinRetries, getUvRetries } from '../../native/ctap2/client-pin.ts';
import {
  deleteCredential,
  enumerateCredentials,
  enumerateRps,
} from '../../native/ctap2/credential-management.ts';
import type { CtapHid } from '../../native/ctap2/ctaphid.ts';
import {
  type RawAssertion,
  getAssertion,
  getNextAssertion,
} from '../../native/ctap2/get-assertion.ts';
import { getInfo } from '../../native/ctap2/get-info.ts';
import { makeCredential } from '../../native/ctap2/make-credential.ts';
import type { PinProtocolNumber } from '../../native/ctap2/pin-protocol.ts';
import { PERMISSION, getPinToken, getTokenUsingUv } from '../../native/ctap2/pin-token.ts';
import { reset } from '../../native/ctap2/reset.ts';
import { awaitTouch } from '../../native/ctap2/selection.ts';
import { changePin, setPin } from '../../native/ctap2/set-pin.ts';
import type { PinToken } from '../../native/ctap2/shared-secret.ts';
import { type KeyOverUdp, keyOverUdp } from '../support/key-over-udp.ts';

const RP = 'keys.clinic.example';
const PIN = '246813';
const HASH = new Uint8Array(32).fill(7);
const patience = { limitMs: 30_000 };
const text = (value: string) => new TextEncoder().encode(value);
const sha256 = (value: string) => new Uint8Array(createHash('sha256').update(value).digest());
const refusesWith = (status: number) => ({ name: 'CtapStatusError', status });

/** True when the COSE_Key signed this assertion over HASH. */
function isSigned({ authenticatorData, signature }: RawAssertion, publicKey: Uint8Array): boolean {
  const decoded = decodeCbor(publicKey);
  const cose = decoded.ok ? asMap(decoded.value) : undefined;
  const part = (label: number) =>
    Buffer.from(asBytes(cose?.get(label)) ?? []).toString('base64url');
  const key = createPublicKey({
    key: { kty: 'EC', crv: 'P-256', x: part(-2), y: part(-3) },
    format: 'jwk',
  });
  return verify('sha256', Buffer.concat([authenticatorData, HASH]), key, signature);
}

describe.each<PinProtocolNumber>([1, 2])('with PIN protocol %i, our client', (protocol) => {
  let key: KeyOverUdp;
  let hid: CtapHid;
  beforeEach(async () => {
    key = await keyOverUdp({ profile: { pinUvAuthProtocols: [protocol] } });
    hid = await key.open();
  });
  afterEach(() => key.stop());

  const token = (bits: number, rpId?: string, pin = PIN) =>
    key.token(hid, protocol, pin, rpId === undefined ? { bits } : { bits, rpId });
  const setUp = async (pin = PIN) => setPin(hid, await key.secret(hid, protocol), text(pin));
  const register = async (user: string, rp = RP, using?: PinToken) =>
    makeCredential(
      hid,
      {
        clientDataHash: HASH,
        rp: { id: rp, name: rp },
        user: { id: text(user), name: user, displayName: user },
        algorithms: [-7],
        exclude: [],
        discoverable: true,
        token: using ?? (await token(PERMISSION.MAKE_CREDENTIAL, rp)),
      },
      patience,
    );
  const sign = async (using?: PinToken, rpId = RP) =>
    getAssertion(
      hid,
      {
        rpId,
        clientDataHash: HASH,
        touch: true,
        token: using ?? (await token(PERMISSION.GET_ASSERTION, rpId)),
      },
      patience,
    );

  it('sets a PIN, changes it, and is told when it is too short or wrong', async () => {
    await key.control.ask({ cmd: 'set-key', minPinLength: 6 });
    expect(await getInfo(hid)).toMatchObject({
      clientPin: false,
      minPinLength: 6,
      pinUvAuthProtocols: [protocol],
    });
    await expect(setUp('12345')).rejects.toMatchObject(refusesWith(0x37));
    await setUp();
    expect((await getInfo(hid)).clientPin).toBe(true);
    const change = async (current: string, next: string) =>
      changePin(hid, nodeCrypto, await key.secret(hid, protocol), {
        current: text(current),
        next: text(next),
      });
    await expect(change('000000', '135790')).rejects.toMatchObject(refusesWith(0x31));
    expect(await getPinRetries(hid, protocol)).toEqual({ retries: 7, needsReinsert: false });
    await change(PIN, '135790');
    await expect(token(PERMISSION.GET_ASSERTION, RP)).rejects.toMatchObject(refusesWith(0x31));
    await token(PERMISSION.GET_ASSERTION, RP, '135790');
    expect(await getPinRetries(hid, protocol)).toEqual({ retries: 8, needsReinsert: false });
  });

  it('registers and signs with a token of either kind, for what it was asked for', async () => {
    await setUp();
    await register('one');
    await sign();
    const plain = async () =>
      getPinToken(hid, nodeCrypto, await key.secret(hid, protocol), text(PIN));
    await register('two', RP, await plain());
    expect((await sign(await plain())).userHandle).toEqual(text('two'));
    const elsewhere = await token(PERMISSION.GET_ASSERTION, 'other.example');
    await expect(sign(elsewhere)).rejects.toMatchObject(refusesWith(0x33));
    const other = await token(PERMISSION.MAKE_CREDENTIAL, RP);
    await expect(sign(other)).rejects.toMatchObject(refusesWith(0x33));
  });

  it('reads one assertion after another, each signed', async () => {
    await setUp();
    for (const user of ['one', 'two', 'three']) await register(user);
    const first = await sign();
    expect(first.credentials).toBe(3);
    const all = [first, await getNextAssertion(hid), await getNextAssertion(hid)];
    expect(all.map(({ userHandle }) => userHandle)).toEqual(['three', 'two', 'one'].map(text));
    await expect(getNextAssertion(hid)).rejects.toMatchObject(refusesWith(0x30));
    const manager = await managed();
    const stored = await enumerateCredentials(manager, sha256(RP));
    for (const assertion of all) {
      const mine = stored.find(({ userHandle }) =>
        Buffer.from(userHandle).equals(assertion.userHandle ?? new Uint8Array()),
      );
      expect(mine && isSigned(assertion, mine.publicKey)).toBe(true);
    }
  });

  const managed = async () => ({
    hid,
    code: (await getInfo(hid)).credentialManagement ?? 0,
    token: await token(PERMISSION.CREDENTIAL_MANAGEMENT),
  });

  it('lists what is on the key, and deletes one', async () => {
    await setUp();
    expect(await enumerateRps(await managed())).toEqual([]);
    await register('one');
    await register('two');
    await register('three', 'other.example');
    const manager = await managed();
    const rps = await enumerateRps(manager);
    expect(new Map(rps.map(({ id, idHash }) => [id, idHash]))).toEqual(
      new Map([RP, 'other.example'].map((id) => [id, sha256(id)])),
    );
    const [two, one] = await enumerateCredentials(manager, sha256(RP));
    expect([two, one].map((each) => each?.userHandle)).toEqual([text('two'), text('one')]);
    if (!one) throw new Error('no credential');
    await deleteCredential(manager, one.credentialId);
    expect(await enumerateCredentials(manager, sha256(RP))).toEqual([two]);
    await expect(deleteCredential(manager, one.credentialId)).rejects.toMatchObject(
      refusesWith(0x2e),
    );
    const wrong = { ...manager, token: await token(PERMISSION.GET_ASSERTION, RP) };
    await expect(enumerateRps(wrong)).rejects.toMatchObject(refusesWith(0x33));
  });

  it('makes a key verify always, raises its shortest PIN, and forces a new one', async () => {
    await setUp();
    await toggleAlwaysUv(hid, await token(PERMISSION.AUTHENTICATOR_CONFIGURATION));
    expect((await getInfo(hid)).alwaysUv).toBe(true);
    await toggleAlwaysUv(hid, await token(PERMISSION.AUTHENTICATOR_CONFIGURATION));
    expect((await getInfo(hid)).alwaysUv).toBe(false);
    const raise = async (length: number, forceChange: boolean) =>
      setMinPinLength(hid, await token(PERMISSION.AUTHENTICATOR_CONFIGURATION), {
        length,
        forceChange,
      });
    await raise(6, false);
    expect(await getInfo(hid)).toMatchObject({ minPinLength: 6, forcePinChange: false });
    await expect(raise(4, false)).rejects.toMatchObject(refusesWith(0x37));
    await raise(6, true);
    expect((await getInfo(hid)).forcePinChange).toBe(true);
    await expect(token(PERMISSION.GET_ASSERTION, RP)).rejects.toMatchObject(refusesWith(0x37));
  });

  it('resets a key that was just plugged in, and waits for a touch to do so', async () => {
    await setUp();
    await register('one');
    hid = await key.replug();
    await key.control.touchAutomatically(false);
    let touches = 0;
    const done = reset(hid, { ...patience, onTouch: () => touches++ });
    await expect.poll(() => touches).toBeGreaterThan(0);
    await key.control.touch();
    await done;
    expect((await getInfo(hid)).clientPin).toBe(false);
    const { keys } = await key.control.state();
    expect(keys[0]).toMatchObject({ hasPin: false, credentials: [] });
  });

  it('is chosen by a touch, and lets go when it is cancelled', async () => {
    await key.control.touchAutomatically(false);
    const info = await getInfo(hid);
    const chosen = awaitTouch(hid, info, patience);
    await expect.poll(async () => (await key.control.state()).waitingForTouch).toBe(true);
    await key.control.touch();
    await chosen;
    const given = awaitTouch(hid, info, patience);
    await expect.poll(async () => (await key.control.state()).waitingForTouch).toBe(true);
    hid.cancel();
    await expect(given).rejects.toMatchObject({ fault: 'cancelled' });
    await expect.poll(async () => (await key.control.state()).waitingForTouch).toBe(false);
  });

  it('takes a finger for the PIN, and the PIN again once the finger is blocked', async () => {
    await setUp();
    await register('one');
    await key.control.ask({ cmd: 'set-key', fingerprints: 1 });
    const may = { bits: PERMISSION.GET_ASSERTION, rpId: RP };
    const byFinger = async () =>
      getTokenUsingUv(hid, await key.secret(hid, protocol), may, patience);
    const proven = await byFinger();
    // One touch for both: the finger that was verified was there.
    await key.control.touchAutomatically(false);
    const assertion = await sign(proven);
    // UP and UV (WebAuthn §6.1).
    expect(assertion.authenticatorData[32]).toBe(0x05);
    await key.control.ask({ cmd: 'set-touch', auto: true, finger: false });
    for (const left of [2, 1]) {
      await expect(byFinger()).rejects.toMatchObject(refusesWith(0x3f));
      expect(await getUvRetries(hid, protocol)).toBe(left);
    }
    await expect(byFinger()).rejects.toMatchObject(refusesWith(0x3c));
    await token(PERMISSION.GET_ASSERTION, RP);
    expect(await getUvRetries(hid, protocol)).toBe(3);
  });
});
