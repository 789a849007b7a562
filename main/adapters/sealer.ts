import { createPrivateKey, createSecretKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { type Result, err, ok } from '../../common/result.ts';
import { readIfPresent, writeDurably } from './durable-file.ts';

/**
 * The part of Electron's safeStorage that is used. Electron 45 has both families and calls the synchronous
 * one deprecated; older ones have only that, newer ones will have only the other.
 */
export interface SafeStorage {
  isAsyncEncryptionAvailable?(): Promise<boolean>;
  encryptStringAsync?(text: string): Promise<Buffer>;
  decryptStringAsync?(sealed: Buffer): Promise<Opened>;
  isEncryptionAvailable?(): boolean;
  encryptString?(text: string): Buffer;
  decryptString?(sealed: Buffer): string;
  /** Linux only. */
  getSelectedStorageBackend?(): string;
}

/** `no-sealing`: the system cannot seal and configuration does not allow to go on without. `locked`: a sealed file exists that cannot be opened. */
export type SealError = 'no-sealing' | 'locked';

/** Small secrets in the data folder, sealed by the operating system. Names are file names. */
export interface Vault {
  /** The secrets lie in plain text, readable by the owner only; the station shows it. */
  readonly unsealed: boolean;
  read(name: string): Promise<Result<Uint8Array | undefined, SealError>>;
  write(name: string, secret: Uint8Array): Promise<void>;
}

export interface VaultOptions {
  readonly folder: string;
  readonly safeStorage: SafeStorage;
  readonly platform: NodeJS.Platform;
  readonly allowUnsealed: boolean;
}

interface Opened {
  readonly result: string;
  readonly shouldReEncrypt: boolean;
}

interface Sealing {
  seal(text: string): Promise<Buffer>;
  open(sealed: Buffer): Promise<Opened>;
}

/** Opens the vault. Call after Electron is ready: before that nothing can be sealed. */
export async function openVault(options: VaultOptions): Promise<Result<Vault, SealError>> {
  const sealing = await sealingOf(options.safeStorage, options.platform);
  if (sealing === undefined && !options.allowUnsealed) return err('no-sealing');
  await mkdir(options.folder, { recursive: true, mode: 0o700 });
  const fileOf = (name: string) => path.join(options.folder, name);

  async function write(name: string, secret: Uint8Array): Promise<void> {
    if (sealing === undefined) return writeDurably(fileOf(`${name}.unsealed`), secret);
    const text = Buffer.from(secret).toString('base64');
    await writeDurably(fileOf(`${name}.sealed`), await sealing.seal(text));
    await rm(fileOf(`${name}.unsealed`), { force: true });
  }

  async function read(name: string): Promise<Result<Uint8Array | undefined, SealError>> {
    const sealed = await readIfPresent(fileOf(`${name}.sealed`));
    if (sealed !== undefined) {
      // Never make a new secret in place of one that is merely locked away: it would orphan the journal.
      if (sealing === undefined) return err('locked');
      const opened = await openSealed(sealing, sealed);
      if (opened === undefined) return err('locked');
      const secret = new Uint8Array(Buffer.from(opened.result, 'base64'));
      if (opened.shouldReEncrypt) await write(name, secret);
      return ok(secret);
    }
    const plain = await readIfPresent(fileOf(`${name}.unsealed`));
    if (plain === undefined) return ok(undefined);
    const secret = new Uint8Array(plain);
    // The system has learned to seal since: take the plain copy away.
    if (sealing !== undefined) await write(name, secret);
    return ok(secret);
  }

  return ok({ unsealed: sealing === undefined, read, write });
}

/** The system refuses to open what another user or machine sealed, or what is damaged. */
async function openSealed(sealing: Sealing, sealed: Buffer): Promise<Opened | undefined> {
  try {
    return await sealing.open(sealed);
  } catch {
    return undefined;
  }
}

/** What really seals on this system, or undefined. */
async function sealingOf(
  storage: SafeStorage,
  platform: NodeJS.Platform,
): Promise<Sealing | undefined> {
  if (platform === 'linux') {
    // "basic_text" is a password that is the same on every machine: obfuscation, not sealing.
    const backend = storage.getSelectedStorageBackend?.() ?? 'unknown';
    if (backend === 'basic_text' || backend === 'unknown') return undefined;
  }
  const { isAsyncEncryptionAvailable, encryptStringAsync, decryptStringAsync } = storage;
  if (isAsyncEncryptionAvailable && encryptStringAsync && decryptStringAsync) {
    if (!(await isAsyncEncryptionAvailable.call(storage))) return undefined;
    return {
      seal: (text) => encryptStringAsync.call(storage, text),
      open: (sealed) => decryptStringAsync.call(storage, sealed),
    };
  }
  const { isEncryptionAvailable, encryptString, decryptString } = storage;
  if (!isEncryptionAvailable?.call(storage) || !encryptString || !decryptString) return undefined;
  return {
    seal: async (text) => encryptString.call(storage, text),
    open: async (sealed) => ({
      result: decryptString.call(storage, sealed),
      shouldReEncrypt: false,
    }),
  };
}

export interface StationSecrets {
  /** AES-256 key of the journal's bodies. */
  readonly journalKey: KeyObject;
  /** Ed25519 key that signs this station's requests. */
  readonly stationKey: KeyObject;
}

/**
 * The station's two keys, made when they are first asked for. Each pairing has a station key of its own,
 * told by its number, from 1: a revoked one is never used again.
 */
export async function stationSecrets(
  vault: Vault,
  pairing = 1,
): Promise<Result<StationSecrets, SealError>> {
  const journal = await readOrMake(vault, 'journal-key', () => new Uint8Array(randomBytes(32)));
  if (!journal.ok) return journal;
  const station = await readOrMake(
    vault,
    pairing === 1 ? 'station-key' : `station-key-${pairing}`,
    () => {
      const { privateKey } = generateKeyPairSync('ed25519');
      return new Uint8Array(privateKey.export({ type: 'pkcs8', format: 'der' }));
    },
  );
  if (!station.ok) return station;
  const secrets = {
    journalKey: createSecretKey(journal.value),
    stationKey: createPrivateKey({ key: Buffer.from(station.value), type: 'pkcs8', format: 'der' }),
  };
  journal.value.fill(0);
  station.value.fill(0);
  return ok(secrets);
}

async function readOrMake(
  vault: Vault,
  name: string,
  make: () => Uint8Array,
): Promise<Result<Uint8Array, SealError>> {
  const known = await vault.read(name);
  if (!known.ok) return known;
  if (known.value !== undefined) return ok(known.value);
  const made = make();
  await vault.write(name, made);
  return ok(made);
}
