import { describe, expect, it } from 'vitest';
import { fromHex, toHex } from '../../common/bytes.ts';
import { cborKey } from '../../test/support/cbor-key.ts';
import { setMinPinLength, toggleAlwaysUv } from './authenticator-config.ts';
import { decodeCbor } from './cbor.ts';
import { deleteCredential, enumerateCredentials, enumerateRps } from './credential-management.ts';
import { getAssertion, getNextAssertion } from './get-assertion.ts';
import { getInfo } from './get-info.ts';
import { makeCredential } from './make-credential.ts';
import { descriptor, map } from './message.ts';
import { reset } from './reset.ts';
import type { PinToken } from './shared-secret.ts';

/** What is authenticated is seen as it is. */
const token: PinToken = {
  protocol: 2,
  authenticate: (message) => message,
  forget: () => undefined,
};
const id = (byte: number) => new Uint8Array(16).fill(byte);
const none = map();

describe('getInfo', () => {
  it('tells the management command of this key, and what it supports', async () => {
    const options = map(
      ['alwaysUv', true],
      ['authnrCfg', true],
      ['clientPin', false],
      ['credMgmt', true],
      ['uv', true],
    );
    const { hid } = await cborKey(
      map([1, ['FIDO_2_1']], [2, ['credProtect']], [4, options], [5, 1200], [6, [2, 1]], [7, 8]),
      map([1, ['FIDO_2_0']], [4, map(['clientPin', true], ['credentialMgmtPreview', true])]),
      map([1, ['FIDO_2_0']]),
    );
    expect(await getInfo(hid)).toMatchObject({
      extensions: ['credProtect'],
      clientPin: false,
      uv: true,
      alwaysUv: true,
      credentialManagement: 0x0a,
      authenticatorConfig: true,
      maxMessage: 1200,
      maxAllowList: 8,
      pinUvAuthProtocols: [2, 1],
    });
    // CTAP 2.0: a key with a PIN and no list of protocols has the first one.
    expect(await getInfo(hid)).toMatchObject({
      credentialManagement: 0x41,
      pinUvAuthProtocols: [1],
      maxMessage: 1024,
    });
    expect(await getInfo(hid)).toMatchObject({
      credentialManagement: undefined,
      clientPin: undefined,
      pinUvAuthProtocols: [],
    });
  });
});

describe('getAssertion and getNextAssertion', () => {
  const answer = (n: number) =>
    map([1, descriptor(id(n))], [2, id(n)], [3, id(n)], [4, map(['id', id(n)])], [5, 2]);

  it('names the allow list, the touch and the token', async () => {
    const { hid, sent } = await cborKey(answer(1), answer(2));
    const request = {
      rpId: 'localhost',
      clientDataHash: id(9),
      token,
      allow: [id(1)],
      touch: true,
    };
    expect(await getAssertion(hid, request)).toMatchObject({ credentialId: id(1), credentials: 2 });
    expect(await getNextAssertion(hid)).toMatchObject({ credentialId: id(2) });
    expect(sent).toEqual([
      {
        command: 0x02,
        parameters: map(
          [1, 'localhost'],
          [2, id(9)],
          [3, [descriptor(id(1))]],
          [5, map(['up', true])],
          [6, id(9)],
          [7, 2],
        ),
      },
      { command: 0x08, parameters: undefined },
    ]);
  });

  it('takes the one credential that was allowed for an answer without id', async () => {
    const bare = map([2, id(1)], [3, id(1)]);
    const { hid } = await cborKey(bare, bare);
    const request = { rpId: 'localhost', clientDataHash: id(9), touch: false };
    expect(await getAssertion(hid, { ...request, allow: [id(7)] })).toMatchObject({
      credentialId: id(7),
      userHandle: undefined,
    });
    await expect(getAssertion(hid, { ...request, allow: [id(7), id(8)] })).rejects.toThrow(
      'credential id',
    );
  });
});

describe('makeCredential', () => {
  const request = {
    clientDataHash: id(9),
    rp: { id: 'keys.clinic.example', name: 'Clinic' },
    user: { id: id(3), name: 'm', displayName: 'M' },
    algorithms: [-7],
    exclude: [id(4)],
    credProtect: 2 as const,
    discoverable: true,
    token,
  };

  it('asks for what was asked, and gives the attestation object of WebAuthn', async () => {
    const statement = map(['alg', -7], ['sig', id(1)], ['x5c', [id(2)]]);
    const { hid, sent } = await cborKey(map([1, 'packed'], [2, id(5)], [3, statement]));
    const made = await makeCredential(hid, request, {});
    expect(sent[0]?.parameters).toEqual(
      map(
        [1, id(9)],
        [2, map(['id', 'keys.clinic.example'], ['name', 'Clinic'])],
        [3, map(['id', id(3)], ['name', 'm'], ['displayName', 'M'])],
        [4, [map(['alg', -7], ['type', 'public-key'])]],
        [5, [descriptor(id(4))]],
        [6, map(['credProtect', 2])],
        [7, map(['rk', true])],
        [8, id(9)],
        [9, 2],
      ),
    );
    expect(made).toMatchObject({ format: 'packed', authenticatorData: id(5) });
    const object = decodeCbor(made.attestationObject);
    expect(object).toEqual({
      ok: true,
      value: map(['fmt', 'packed'], ['attStmt', statement], ['authData', id(5)]),
    });
    // WebAuthn §6.5.4 orders the keys so.
    expect(toHex(made.attestationObject)).toMatch(
      /^a363666d74.*6761747453746d74.*6861757468446174/,
    );
  });

  it.each([
    ['no format', map([2, id(5)], [3, none])],
    ['no data', map([1, 'none'], [3, none])],
    ['no statement', map([1, 'none'], [2, id(5)])],
    ['a format that is no text', map([1, 1], [2, id(5)], [3, none])],
  ])('refuses an answer with %s', async (_name, answer) => {
    const { hid } = await cborKey(answer);
    await expect(makeCredential(hid, request, {})).rejects.toMatchObject({ fault: 'malformed' });
  });

  it.each([[0x19], [0x26], [0x28]])('passes status %i on', async (status) => {
    const { hid } = await cborKey(status);
    await expect(makeCredential(hid, request, {})).rejects.toMatchObject({ status });
  });
});

describe.each([[0x0a], [0x41]])('credential management under %i', (code) => {
  const rp = (n: number, total?: number) =>
    map(
      [3, map(['id', `rp${n}`])],
      [4, id(n)],
      ...(total === undefined ? [] : [[5, total] as const]),
    );

  it('lists every relying party, authenticating the first question only', async () => {
    const { hid, sent } = await cborKey(rp(1, 3), rp(2), map([4, id(3)]));
    expect(await enumerateRps({ hid, code, token })).toEqual([
      { id: 'rp1', idHash: id(1) },
      { id: 'rp2', idHash: id(2) },
      { id: undefined, idHash: id(3) },
    ]);
    const next = { command: code, parameters: map([1, 3]) };
    expect(sent).toEqual([
      { command: code, parameters: map([1, 2], [3, 2], [4, Uint8Array.of(2)]) },
      next,
      next,
    ]);
  });

  it('lists the credentials of one, with their public keys as they are', async () => {
    const cose = map([1, 2], [3, -7], [-1, 1], [-2, id(7)], [-3, id(8)]);
    const stored = (n: number, ...rest: readonly (readonly [number, number])[]) =>
      map([6, map(['id', id(n)])], [7, descriptor(id(n + 10))], [8, cose], [10, 2], ...rest);
    const { hid, sent } = await cborKey(stored(1, [9, 2]), stored(2));
    const found = await enumerateCredentials({ hid, code, token }, id(1));
    expect(found).toMatchObject([
      { userHandle: id(1), credentialId: id(11), credProtect: 2 },
      { userHandle: id(2), credentialId: id(12) },
    ]);
    expect(decodeCbor(found[0]?.publicKey ?? new Uint8Array())).toEqual({ ok: true, value: cose });
    const parameters = map([1, id(1)]);
    const authenticated = Uint8Array.of(4, 0xa1, 0x01, 0x50, ...id(1));
    expect(sent[0]?.parameters).toEqual(map([1, 4], [2, parameters], [3, 2], [4, authenticated]));
  });

  it('deletes one', async () => {
    const { hid, sent } = await cborKey(none);
    await deleteCredential({ hid, code, token }, id(1));
    const encoded = fromHex(
      `a102a2626964 50${toHex(id(1))} 6474797065 6a7075626c69632d6b6579`.replaceAll(' ', ''),
    );
    expect(sent[0]?.parameters).toEqual(
      map([1, 6], [2, map([2, descriptor(id(1))])], [3, 2], [4, Uint8Array.of(6, ...encoded)]),
    );
  });

  it('finds nothing on a key without credentials', async () => {
    const { hid } = await cborKey(0x2e, map([5, 0]));
    expect(await enumerateRps({ hid, code, token })).toEqual([]);
    expect(await enumerateRps({ hid, code, token })).toEqual([]);
  });

  it.each([[-1], [1_001], [2 ** 40]])('does not begin to count to %i', async (total) => {
    const { hid } = await cborKey(rp(1, total));
    await expect(enumerateRps({ hid, code, token })).rejects.toMatchObject({ fault: 'malformed' });
  });
});

describe('authenticatorConfig', () => {
  const prefix = [...new Uint8Array(32).fill(0xff), 0x0d];

  it('toggles alwaysUv', async () => {
    const { hid, sent } = await cborKey(none);
    await toggleAlwaysUv(hid, token);
    expect(sent).toEqual([
      {
        command: 0x0d,
        parameters: map([1, 2], [3, 2], [4, Uint8Array.of(...prefix, 2)]),
      },
    ]);
  });

  it('raises the shortest PIN, and may make its owner change it', async () => {
    const { hid, sent } = await cborKey(none, none);
    await setMinPinLength(hid, token, { length: 6 });
    await setMinPinLength(hid, token, { length: 8, forceChange: true });
    expect(sent.map(({ parameters }) => parameters)).toEqual([
      map([1, 3], [2, map([1, 6])], [3, 2], [4, Uint8Array.of(...prefix, 3, 0xa1, 1, 6)]),
      map(
        [1, 3],
        [2, map([1, 8], [3, true])],
        [3, 2],
        [4, Uint8Array.of(...prefix, 3, 0xa2, 1, 8, 3, 0xf5)],
      ),
    ]);
  });
});

describe('reset', () => {
  it('sends nothing but the command', async () => {
    const { hid, sent } = await cborKey(none, 0x30);
    await reset(hid, {});
    expect(sent).toEqual([{ command: 0x07, parameters: undefined }]);
    await expect(reset(hid, {})).rejects.toMatchObject({ status: 0x30 });
  });
});
