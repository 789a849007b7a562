import {
  createCipheriv,
  createDecipheriv,
  randomBytes,
  sign,
  verify,
  createPublicKey,
} from 'node:crypto';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { temporaryFolder } from '../../test/support/journal.ts';
import { type SafeStorage, type VaultOptions, openVault, stationSecrets } from './sealer.ts';

let place: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  place = temporaryFolder();
});
afterEach(() => place.remove());

/** Stands for the operating system's store: really encrypts, under a key of its own. */
function systemStore(key = randomBytes(32)) {
  return {
    encrypt(text: string): Buffer {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      const body = Buffer.concat([cipher.update(text), cipher.final()]);
      return Buffer.concat([iv, cipher.getAuthTag(), body]);
    },
    decrypt(sealed: Buffer): string {
      const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12));
      decipher.setAuthTag(sealed.subarray(12, 28));
      return Buffer.concat([decipher.update(sealed.subarray(28)), decipher.final()]).toString();
    },
  };
}
type SystemStore = ReturnType<typeof systemStore>;

/** Electron 25: synchronous only. */
const synchronous = (store: SystemStore): SafeStorage => ({
  isEncryptionAvailable: () => true,
  encryptString: store.encrypt,
  decryptString: store.decrypt,
});

/** Electron 45: both; the deprecated one must not be called. */
const asynchronous = (store: SystemStore, shouldReEncrypt = false): SafeStorage => ({
  isAsyncEncryptionAvailable: async () => true,
  encryptStringAsync: async (text) => store.encrypt(text),
  decryptStringAsync: async (sealed) => ({ result: store.decrypt(sealed), shouldReEncrypt }),
  isEncryptionAvailable: () => {
    throw new Error('deprecated');
  },
});

const options = (safeStorage: SafeStorage, more: Partial<VaultOptions> = {}): VaultOptions => ({
  folder: path.join(place.folder, 'secrets'),
  safeStorage,
  platform: 'win32',
  allowUnsealed: false,
  ...more,
});

async function vaultOf(settings: VaultOptions) {
  const vault = await openVault(settings);
  if (!vault.ok) throw new Error(vault.error);
  return vault.value;
}

const secret = new Uint8Array(randomBytes(32));
const files = () => readdirSync(path.join(place.folder, 'secrets')).sort();
const contents = () =>
  files().map((name) => readFileSync(path.join(place.folder, 'secrets', name)));

test.each([
  ['synchronous', synchronous],
  ['asynchronous', asynchronous],
])('with the %s interface a secret is sealed and comes back', async (_, storage) => {
  const store = systemStore();
  const vault = await vaultOf(options(storage(store)));
  expect(vault.unsealed).toBe(false);
  expect(await vault.read('journal-key')).toEqual({ ok: true, value: undefined });
  await vault.write('journal-key', secret);
  expect(files()).toEqual(['journal-key.sealed']);
  for (const bytes of contents()) {
    expect(bytes.includes(Buffer.from(secret))).toBe(false);
    expect(bytes.includes(Buffer.from(secret).toString('base64'))).toBe(false);
  }
  const again = await vaultOf(options(storage(store)));
  expect(await again.read('journal-key')).toEqual({ ok: true, value: secret });
});

test('what one interface sealed the other opens', async () => {
  const store = systemStore();
  await (await vaultOf(options(synchronous(store)))).write('k', secret);
  expect(await (await vaultOf(options(asynchronous(store)))).read('k')).toEqual({
    ok: true,
    value: secret,
  });
});

test.each<[string, SafeStorage, NodeJS.Platform]>([
  ['nothing available', { isEncryptionAvailable: () => false }, 'win32'],
  [
    'nothing available, asynchronous',
    { ...asynchronous(systemStore()), isAsyncEncryptionAvailable: async () => false },
    'win32',
  ],
  ['no interface at all', {}, 'win32'],
  [
    'a fixed password',
    { ...synchronous(systemStore()), getSelectedStorageBackend: () => 'basic_text' },
    'linux',
  ],
  [
    'a backend nobody knows yet',
    { ...asynchronous(systemStore()), getSelectedStorageBackend: () => 'unknown' },
    'linux',
  ],
])(
  '%s is no sealing: refused, or in the open where configuration allows it',
  async (_, storage, platform) => {
    expect(await openVault(options(storage, { platform }))).toEqual({
      ok: false,
      error: 'no-sealing',
    });
    expect(readdirSync(place.folder)).toEqual([]);
    const vault = await vaultOf(options(storage, { platform, allowUnsealed: true }));
    expect(vault.unsealed).toBe(true);
    await vault.write('k', secret);
    expect(files()).toEqual(['k.unsealed']);
    expect(statSync(path.join(place.folder, 'secrets/k.unsealed')).mode & 0o777).toBe(0o600);
    expect(statSync(path.join(place.folder, 'secrets')).mode & 0o777).toBe(0o700);
    expect(await vault.read('k')).toEqual({ ok: true, value: secret });
  },
);

test('a secret service on Linux seals', async () => {
  const storage = {
    ...synchronous(systemStore()),
    getSelectedStorageBackend: () => 'gnome_libsecret',
  };
  expect((await vaultOf(options(storage, { platform: 'linux' }))).unsealed).toBe(false);
});

test('once the system can seal, the plain copy goes', async () => {
  const open = await vaultOf(options({}, { allowUnsealed: true }));
  await open.write('k', secret);
  const sealed = await vaultOf(options(synchronous(systemStore()), { allowUnsealed: true }));
  expect(await sealed.read('k')).toEqual({ ok: true, value: secret });
  expect(files()).toEqual(['k.sealed']);
});

test('a sealed secret that cannot be opened is not replaced by a new one', async () => {
  const vault = await vaultOf(options(synchronous(systemStore())));
  expect((await stationSecrets(vault)).ok).toBe(true);
  const before = contents();
  const other = await vaultOf(options(synchronous(systemStore())));
  expect(await stationSecrets(other)).toEqual({ ok: false, error: 'locked' });
  const unable = await vaultOf(options({}, { allowUnsealed: true }));
  expect(await stationSecrets(unable)).toEqual({ ok: false, error: 'locked' });
  expect(contents()).toEqual(before);
});

test('a rotated system key seals anew', async () => {
  const store = systemStore();
  const vault = await vaultOf(options(asynchronous(store, true)));
  await vault.write('k', secret);
  const [before] = contents();
  expect(await vault.read('k')).toEqual({ ok: true, value: secret });
  expect(contents()[0]).not.toEqual(before);
  expect(await vault.read('k')).toEqual({ ok: true, value: secret });
});

test('the keys of the station are made once and stay', async () => {
  const vault = await vaultOf(options(synchronous(systemStore())));
  const first = await stationSecrets(vault);
  const again = await stationSecrets(vault);
  if (!first.ok || !again.ok) throw new Error('no secrets');
  expect(again.value.journalKey.equals(first.value.journalKey)).toBe(true);
  expect(first.value.journalKey.symmetricKeySize).toBe(32);
  const message = Buffer.from('wardlock');
  const signature = sign(null, message, again.value.stationKey);
  expect(verify(null, message, createPublicKey(first.value.stationKey), signature)).toBe(true);
});
