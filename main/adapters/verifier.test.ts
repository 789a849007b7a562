import { randomBytes, randomUUID, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { fromBase64url, toBase64url } from '../../common/bytes.ts';
import { accessChallenge } from '../../common/challenge.ts';
import { type DirectorySnapshot, directorySnapshot } from '../../common/directory.ts';
import { type PersonKey, RP_ID, makePersonKey } from '../../test/contract/server-lab.ts';
import type { Assertion, Challenge } from '../ports/verifier.ts';
import { sha256 } from './sha256.ts';
import { CHALLENGE_LIFE_MS, createVerifier } from './verifier.ts';

const place = { station: randomUUID(), epoch: randomUUID(), head: 'ab'.repeat(32), seq: 41 };

interface Change {
  readonly rpId?: string;
  /** UP 0x01, UV 0x04, BE 0x08, BS 0x10. */
  readonly flags?: number;
  readonly counter?: number;
  /** '' = left out. */
  readonly userHandle?: string;
  readonly signer?: PersonKey;
  readonly credentialId?: string;
}

/** A station's verifier with one nurse in the directory, and her real P-256 key. */
function setting(
  change: { active?: boolean; memberActive?: boolean; snapshotCounter?: number } = {},
) {
  let mono = 10_000;
  const marks = new Map<string, number>();
  const key = makePersonKey(randomUUID());
  const directory: DirectorySnapshot = directorySnapshot.parse({
    v: 1,
    group: 'Ward',
    version: 1,
    issuedAt: new Date(0).toISOString(),
    rpId: RP_ID,
    members: [
      {
        id: key.person,
        givenName: 'Ana',
        familyName: 'Ruiz',
        role: 'Nurse',
        active: change.memberActive ?? true,
      },
    ],
    credentials: [
      {
        id: key.id,
        member: key.person,
        publicKey: key.publicKey,
        userHandle: key.userHandle,
        counter: change.snapshotCounter ?? 0,
        active: change.active ?? true,
      },
    ],
    policy: {},
    apps: [],
  });
  const verifier = createVerifier({
    rpId: RP_ID,
    clock: { mono: () => mono },
    random: (length) => randomBytes(length),
    counters: {
      counter: (id) => marks.get(id) ?? 0,
      raiseCounter: (id, seen) => void marks.set(id, seen),
    },
  });
  /** What the key answers to this challenge. */
  function assertion(challenge: Pick<Challenge, 'clientDataHash'>, with_: Change = {}): Assertion {
    const authenticatorData = Buffer.alloc(37);
    authenticatorData.set(sha256(Buffer.from(with_.rpId ?? RP_ID)));
    authenticatorData[32] = with_.flags ?? 0x05;
    authenticatorData.writeUInt32BE(with_.counter ?? 7, 33);
    const signed = Buffer.concat([authenticatorData, challenge.clientDataHash]);
    return {
      credentialId: fromBase64url(with_.credentialId ?? key.id),
      authenticatorData,
      signature: sign('sha256', signed, (with_.signer ?? key).privateKey),
      userHandle:
        with_.userHandle === '' ? undefined : fromBase64url(with_.userHandle ?? key.userHandle),
    };
  }
  const attempt = (with_: Change = {}, tap?: string) => {
    const challenge = verifier.issue(place, tap);
    return verifier.verify(challenge, assertion(challenge, with_), directory);
  };
  return {
    key,
    directory,
    verifier,
    assertion,
    attempt,
    marks,
    pass: (ms: number) => (mono += ms),
  };
}

test('the key of an active member opens, and the proof can be verified again', async () => {
  const { key, attempt, marks } = setting();
  const result = await attempt();
  if (!result.ok) throw new Error(result.error);
  expect(result.value.member.id).toBe(key.person);
  const { proof } = result.value;
  expect(proof).toMatchObject({ boundSeq: 41, credential: key.id });
  const clientData: unknown = JSON.parse(Buffer.from(proof.clientDataJSON, 'base64url').toString());
  expect(clientData).toEqual({
    type: 'webauthn.get',
    challenge: toBase64url(accessChallenge(sha256, place, fromBase64url(proof.nonce))),
    origin: 'https://localhost',
    crossOrigin: false,
  });
  expect(marks.get(key.id)).toBe(7);
});

test('a touch without PIN is taken from the credential that was asked for one', async () => {
  const { key, attempt } = setting();
  const tapped = await attempt({ flags: 0x01, userHandle: '', counter: 7 }, key.id);
  expect(tapped).toMatchObject({ ok: true, value: { isUserVerified: false } });
  const named = await attempt({ flags: 0x01, counter: 8 }, key.id);
  expect(named).toMatchObject({ ok: true, value: { isUserVerified: false } });
  // A finger on the key, or a PIN after all.
  const verified = await attempt({ counter: 9 }, key.id);
  expect(verified).toMatchObject({ ok: true, value: { isUserVerified: true } });
});

test.each<[what: string, code: string, tap: 'own' | 'other' | undefined, change: Change]>([
  ['where none was asked for', 'user-verified', undefined, { flags: 0x01 }],
  ['of another credential than was asked', 'user-verified', 'other', { flags: 0x01 }],
  ['of nobody', 'user-present', 'own', { flags: 0x00 }],
  ['of somebody else', 'user-handle', 'own', { flags: 0x01, userHandle: 'AAAA' }],
  ['that says of nobody whose it is, with a PIN', 'user-handle', undefined, { userHandle: '' }],
  ['signed by another key', 'signature', 'own', { flags: 0x01, signer: makePersonKey('x') }],
  ['with a counter of before', 'counter', 'own', { flags: 0x01, counter: 0 }],
])('a touch %s is refused', async (_what, code, tap, change) => {
  const { key, attempt } = setting({ snapshotCounter: 3 });
  const asked = { own: key.id, other: toBase64url(randomBytes(48)) };
  expect(await attempt(change, tap && asked[tap])).toEqual({ ok: false, error: code });
});

test('each challenge is new, and bound to its place', () => {
  const { verifier } = setting();
  const [one, two] = [verifier.issue(place), verifier.issue(place)];
  expect(one.nonce).not.toEqual(two.nonce);
  expect(one.clientDataHash).toEqual(sha256(one.clientDataJSON));
});

// WebAuthn Level 3 §7.2, one refusal a step.
test.each<[step: string, code: string, change: Change]>([
  [
    '5: a credential that nobody has',
    'unknown-key',
    { credentialId: toBase64url(randomBytes(48)) },
  ],
  [
    '6: the user handle of somebody else',
    'user-handle',
    { userHandle: toBase64url(randomBytes(32)) },
  ],
  ['15: another RP ID', 'rp-id', { rpId: 'localhost.example' }],
  ['16: no touch', 'user-present', { flags: 0x04 }],
  ['17: no PIN', 'user-verified', { flags: 0x01 }],
  ['18: a credential that may leave the key', 'backup-eligible', { flags: 0x0d }],
  ['18: backed up without being eligible', 'backup-eligible', { flags: 0x15 }],
  ['21: signed by another key', 'signature', { signer: makePersonKey(randomUUID()) }],
])('step %s is refused as %s', async (_, code, change) => {
  const { attempt, marks } = setting();
  expect(await attempt(change)).toEqual({ ok: false, error: code });
  expect(marks.size).toBe(0);
});

test('a revoked credential and an inactive member are refused', async () => {
  expect(await setting({ active: false }).attempt()).toEqual({ ok: false, error: 'unknown-key' });
  expect(await setting({ memberActive: false }).attempt()).toEqual({
    ok: false,
    error: 'member-inactive',
  });
});

// Each of these is signed by the right key over exactly what is presented: only the named check can refuse it.
test.each([
  ['11: another type', (data: Record<string, unknown>) => ({ ...data, type: 'webauthn.create' })],
  [
    '12: another challenge',
    (data: Record<string, unknown>) => ({ ...data, challenge: toBase64url(randomBytes(32)) }),
  ],
  [
    '13: another origin',
    (data: Record<string, unknown>) => ({ ...data, origin: 'https://localhost.example' }),
  ],
  ['13: http', (data: Record<string, unknown>) => ({ ...data, origin: 'http://localhost' })],
  [
    '13: a port',
    (data: Record<string, unknown>) => ({ ...data, origin: 'https://localhost:8443' }),
  ],
])('step %s in the client data is refused', async (_, change) => {
  const { verifier, assertion, directory } = setting();
  const challenge = verifier.issue(place);
  const data = JSON.parse(Buffer.from(challenge.clientDataJSON).toString()) as Record<
    string,
    unknown
  >;
  const clientDataJSON = Buffer.from(JSON.stringify(change(data)));
  Object.assign(challenge, { clientDataJSON, clientDataHash: sha256(clientDataJSON) });
  expect(await verifier.verify(challenge, assertion(challenge), directory)).toEqual({
    ok: false,
    error: 'signature',
  });
});

test('a signature for one challenge does not open another, nor another place', async () => {
  const { verifier, assertion, directory } = setting();
  const [one, two] = [verifier.issue(place), verifier.issue(place)];
  expect(await verifier.verify(two, assertion(one), directory)).toEqual({
    ok: false,
    error: 'signature',
  });
  const moved = verifier.issue(place);
  Object.assign(moved, { place: { ...place, head: 'cd'.repeat(32) } });
  expect(await verifier.verify(moved, assertion(moved), directory)).toEqual({
    ok: false,
    error: 'signature',
  });
});

test('a challenge is spent by its first use, whatever came of it', async () => {
  const { verifier, assertion, directory } = setting();
  const good = verifier.issue(place);
  expect((await verifier.verify(good, assertion(good), directory)).ok).toBe(true);
  expect(await verifier.verify(good, assertion(good, { counter: 8 }), directory)).toEqual({
    ok: false,
    error: 'challenge-used',
  });
  const bad = verifier.issue(place);
  await verifier.verify(bad, assertion(bad, { flags: 0 }), directory);
  expect(await verifier.verify(bad, assertion(bad, { counter: 9 }), directory)).toEqual({
    ok: false,
    error: 'challenge-used',
  });
});

test('two uses of one challenge at once: one opens', async () => {
  const { verifier, assertion, directory } = setting();
  const challenge = verifier.issue(place);
  const results = await Promise.all(
    [1, 2].map(() => verifier.verify(challenge, assertion(challenge), directory)),
  );
  expect(results.filter(({ ok }) => ok)).toHaveLength(1);
});

test('a challenge that this verifier did not issue is refused', async () => {
  const { verifier, assertion, directory } = setting();
  const copy = { ...verifier.issue(place) };
  expect(await verifier.verify(copy, assertion(copy), directory)).toEqual({
    ok: false,
    error: 'challenge-used',
  });
});

test('a challenge lives for 60 s and not a millisecond longer', async () => {
  const { verifier, assertion, directory, pass } = setting();
  const last = verifier.issue(place);
  pass(CHALLENGE_LIFE_MS);
  expect((await verifier.verify(last, assertion(last), directory)).ok).toBe(true);
  const late = verifier.issue(place);
  pass(CHALLENGE_LIFE_MS + 1);
  expect(await verifier.verify(late, assertion(late, { counter: 8 }), directory)).toEqual({
    ok: false,
    error: 'challenge-expired',
  });
});

test('data that is cut or does not decode is refused', async () => {
  const { verifier, assertion, directory } = setting();
  for (const [length, code] of [
    [0, 'authenticator-data'],
    [36, 'authenticator-data'],
  ] as const) {
    const challenge = verifier.issue(place);
    const cut = { ...assertion(challenge), authenticatorData: new Uint8Array(length) };
    expect(await verifier.verify(challenge, cut, directory)).toEqual({ ok: false, error: code });
  }
  const challenge = verifier.issue(place);
  const empty = { ...assertion(challenge), signature: new Uint8Array(0) };
  expect(await verifier.verify(challenge, empty, directory)).toEqual({
    ok: false,
    error: 'signature',
  });
});

// Step 22.
test('a counter must rise over the snapshot and over what this station saw', async () => {
  const { attempt } = setting({ snapshotCounter: 10 });
  const refused = { ok: false, error: 'counter' };
  expect(await attempt({ counter: 9 })).toEqual(refused);
  expect(await attempt({ counter: 10 })).toEqual(refused);
  expect((await attempt({ counter: 11 })).ok).toBe(true);
  expect(await attempt({ counter: 11 })).toEqual(refused);
  expect((await attempt({ counter: 100 })).ok).toBe(true);
  expect(await attempt({ counter: 99 })).toEqual(refused);
  expect(await attempt({ counter: 0 })).toEqual(refused);
});

test('a counter of zero for ever passes: such a key cannot show a clone', async () => {
  const { attempt, marks } = setting();
  expect((await attempt({ counter: 0 })).ok).toBe(true);
  expect((await attempt({ counter: 0 })).ok).toBe(true);
  expect(marks.size).toBe(0);
});

test('a forged counter does not lock the real key out', async () => {
  const { attempt, marks } = setting();
  await attempt({ counter: 0xffffffff, signer: makePersonKey(randomUUID()) });
  expect(marks.size).toBe(0);
  expect((await attempt({ counter: 1 })).ok).toBe(true);
});
