import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CompactSign } from 'jose';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { utf8 } from '../../common/bytes.ts';
import { DIRECTORY_JWS_TYP, ed25519Jwk } from '../../common/wire.ts';
import { journalSetting, opened, temporaryFolder } from '../../test/support/journal.ts';
import { smallDisk } from '../../test/support/small-disk.ts';
import { openDirectoryStore } from './directory-store.ts';

let place: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  place = temporaryFolder();
});
afterEach(() => place.remove());

const server = generateKeyPairSync('ed25519');
const stranger = generateKeyPairSync('ed25519');
const { kty, crv, x } = server.publicKey.export({ format: 'jwk' });
const serverKey = ed25519Jwk.parse({ kty, crv, x });

const snapshot = (version: number, change: Record<string, unknown> = {}) => ({
  v: 1,
  group: 'Ward',
  version,
  issuedAt: '2026-01-05T08:00:00.000Z',
  rpId: 'localhost',
  members: [],
  credentials: [],
  policy: {},
  apps: [],
  ...change,
});

const signed = (
  value: unknown,
  key: KeyObject = server.privateKey,
  typ = DIRECTORY_JWS_TYP,
  alg = 'EdDSA',
) => new CompactSign(utf8(JSON.stringify(value))).setProtectedHeader({ alg, typ }).sign(key);

/** A store whose mark is a real one, in the journal's database. */
async function setting() {
  const { state, journal } = opened(journalSetting(place.folder));
  const file = path.join(place.folder, 'directory.jws');
  const reports: string[] = [];
  const report = (code: string) => void reports.push(code);
  const open = () =>
    openDirectoryStore({ file, serverKey, group: 'Ward', rpId: 'localhost', state, report });
  return { file, state, open, journal, reports, ...(await open()) };
}

test('a newer snapshot of the paired server is put in force and survives a restart', async () => {
  const { store, open, state, refused } = await setting();
  expect([store.current(), refused]).toEqual([undefined, undefined]);
  expect(await store.accept(await signed(snapshot(3)))).toMatchObject({
    ok: true,
    value: { version: 3 },
  });
  expect(await store.accept(await signed(snapshot(4)))).toMatchObject({ ok: true });
  expect(store.current()).toMatchObject({ version: 4, policy: { idleLockSeconds: 120 } });
  expect(state.directoryVersion()).toBe(4);
  const again = await open();
  expect(again.store.current()).toEqual(store.current());
  expect(readdirSync(place.folder).filter((name) => name.includes('draft'))).toEqual([]);
});

test('on a full disk a newer snapshot is in force all the same, and on disk once there is room', async () => {
  place.remove();
  const disk = smallDisk(4 * 1024 * 1024);
  place = disk;
  const { store, open, state, reports } = await setting();
  await store.accept(await signed(snapshot(3)));
  disk.fill(0);
  const newer = await signed(snapshot(4));
  expect(await store.accept(newer)).toMatchObject({ ok: true, value: { version: 4 } });
  expect([store.current()?.version, store.stored(), state.directoryVersion()]).toEqual([4, 3, 3]);
  expect(reports).toEqual(['directory:not-stored']);
  expect(await store.accept(await signed(snapshot(3)))).toEqual({ ok: false, error: 'older' });
  disk.free();
  expect(await store.accept(newer)).toMatchObject({ ok: true });
  expect([store.stored(), state.directoryVersion()]).toEqual([4, 4]);
  expect((await open()).store.current()?.version).toBe(4);
});

test('a lower version never comes back, not even by replacing the file or losing it', async () => {
  const { store, open, file } = await setting();
  const old = await signed(snapshot(3));
  await store.accept(old);
  await store.accept(await signed(snapshot(4)));
  expect(await store.accept(old)).toEqual({ ok: false, error: 'older' });
  writeFileSync(file, old);
  const replaced = await open();
  expect(replaced).toMatchObject({ refused: 'older' });
  expect(replaced.store.current()).toBeUndefined();
  expect(await replaced.store.accept(old)).toEqual({ ok: false, error: 'older' });
  // The same version again is what a lost file is restored from.
  expect(await replaced.store.accept(await signed(snapshot(4)))).toMatchObject({ ok: true });
});

test('two different snapshots of one version: the first stays', async () => {
  const { store } = await setting();
  const first = await signed(snapshot(3));
  await store.accept(first);
  expect(await store.accept(first)).toMatchObject({ ok: true });
  const other = await signed(snapshot(3, { issuedAt: '2026-01-06T08:00:00.000Z' }));
  expect(await store.accept(other)).toEqual({ ok: false, error: 'older' });
  expect(store.current()?.issuedAt).toBe('2026-01-05T08:00:00.000Z');
});

test.each<[string, string, () => Promise<string>]>([
  ['another server', 'bad-signature', () => signed(snapshot(9), stranger.privateKey)],
  [
    'another kind of document',
    'bad-signature',
    () => signed(snapshot(9), server.privateKey, 'wardlock-checkpoint+jws'),
  ],
  [
    'a changed payload',
    'bad-signature',
    async () => {
      const [head, , signature] = (await signed(snapshot(9))).split('.');
      return [
        head,
        Buffer.from(JSON.stringify(snapshot(10))).toString('base64url'),
        signature,
      ].join('.');
    },
  ],
  [
    'no algorithm',
    'bad-signature',
    async () => {
      const head = Buffer.from(JSON.stringify({ alg: 'none', typ: DIRECTORY_JWS_TYP })).toString(
        'base64url',
      );
      return `${head}.${Buffer.from(JSON.stringify(snapshot(9))).toString('base64url')}.`;
    },
  ],
  ['no JWS', 'bad-signature', async () => 'hello'],
  ['a missing part', 'bad-shape', () => signed({ ...snapshot(9), members: undefined })],
  ['no JSON', 'bad-shape', () => signed(undefined)],
  // Policy below the compiled floors is no policy.
  [
    'an idle limit of 16 minutes',
    'bad-shape',
    () => signed(snapshot(9, { policy: { idleLockSeconds: 960 } })),
  ],
  ['another group', 'wrong-group', () => signed(snapshot(9, { group: 'Surgery' }))],
  ['another RP ID', 'wrong-rp', () => signed(snapshot(9, { rpId: 'evil.example' }))],
])('%s is refused as %s, and what is in force stays', async (_, code, make) => {
  const { store, open, file, state } = await setting();
  const good = await signed(snapshot(3));
  await store.accept(good);
  const bad = await make();
  expect(await store.accept(bad)).toEqual({ ok: false, error: code });
  expect(store.current()?.version).toBe(3);
  expect(readFileSync(file, 'utf8')).toBe(good);
  expect(state.directoryVersion()).toBe(3);
  // The same at each load.
  writeFileSync(file, bad);
  const loaded = await open();
  expect(loaded.refused).toBe(code);
  expect(loaded.store.current()).toBeUndefined();
});
