import {
  type KeyObject,
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  randomBytes,
} from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { CompactSign, calculateJwkThumbprint } from 'jose';
import { fromBase64url, toBase64url, utf8 } from '../common/bytes.ts';
import { type Ed25519Jwk, ed25519Jwk } from '../common/wire.ts';
import { base32 } from '../common/base32.ts';

/** The server's own secrets, each a file in the data folder that only its owner can read. */
export interface Keys {
  readonly signing: KeyObject;
  readonly publicJwk: Ed25519Jwk;
  /** RFC 7638 thumbprint (SHA-256, base64url): the `kid` of what the server signs. */
  readonly thumbprint: string;
  /** First 80 bits of the thumbprint in base32: the second half of every pairing code. */
  readonly fingerprint: string;
  /** HMAC-SHA-256 key of the request nonces. */
  readonly nonceKey: Uint8Array;
  /** Opens the console. */
  readonly consoleToken: string;
}

/** The file of the server's signing key: a folder that has it holds a server. */
export const SIGNING_KEY = 'signing-key.pem';

export const KEY_FILES: readonly string[] = [SIGNING_KEY, 'nonce-key', 'console-token'];

/** Puts a secret where there is none yet. */
export const keepSecret = (data: string, name: string, content: string): void =>
  void secretFile(data, name, () => content);

/** Loads the secrets; makes those that are not there yet. Safe against another process doing the same. */
export async function loadKeys(data: string): Promise<Keys> {
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const signing = createPrivateKey(
    secretFile(data, SIGNING_KEY, () =>
      generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }),
    ),
  );
  const { kty, crv, x } = createPublicKey(signing).export({ format: 'jwk' });
  const publicJwk = ed25519Jwk.parse({ kty, crv, x });
  const thumbprint = await calculateJwkThumbprint(publicJwk, 'sha256');
  const random = () => toBase64url(randomBytes(32));
  return {
    signing,
    publicJwk,
    thumbprint,
    fingerprint: base32(fromBase64url(thumbprint).subarray(0, 10)),
    nonceKey: fromBase64url(secretFile(data, 'nonce-key', random)),
    consoleToken: secretFile(data, 'console-token', random),
  };
}

/** A compact JWS; its `typ` keeps what is signed for one purpose from passing for another (RFC 8725 §3.11). */
export const signedBy = (keys: Keys, typ: string, value: unknown): Promise<string> =>
  new CompactSign(utf8(JSON.stringify(value)))
    .setProtectedHeader({ alg: 'EdDSA', typ, kid: keys.thumbprint })
    .sign(keys.signing);

/** Written whole beside its name, then linked to it: nobody ever reads half a key. */
function secretFile(data: string, name: string, make: () => string | Buffer): string {
  const file = path.join(data, name);
  const existing = readIfThere(file);
  if (existing !== undefined) return existing;
  const draft = path.join(data, `.${name}-${randomBytes(8).toString('hex')}`);
  const fd = openSync(draft, 'wx', 0o600);
  try {
    writeSync(fd, make().toString());
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  try {
    linkSync(draft, file);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    unlinkSync(draft);
  }
  return readFileSync(file, 'utf8').trim();
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

const hasCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;

/** SHA-256 of a pairing secret: 80 random bits need no slow hash. */
export const pairingSecretHash = (secret: string): Buffer =>
  createHash('sha256').update(secret).digest();
