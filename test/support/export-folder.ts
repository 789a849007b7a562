import { type KeyObject, generateKeyPairSync, sign } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fromBase64url } from '../../common/bytes.ts';
import { signCheckpoint } from '../../common/checkpoint.ts';
import type { Credential } from '../../common/directory.ts';
import { growTree, leafHash } from '../../common/tree.ts';
import { ed25519Jwk } from '../../common/wire.ts';
import { sha256 } from '../../server/hash.ts';
import {
  type About,
  FILES,
  type RemovedLine,
  type VerdictLine,
} from '../../server/ledger/export-format.ts';

/** A server's signing key. */
export interface LogKey {
  readonly privateKey: KeyObject;
  readonly jwk: ReturnType<typeof ed25519Jwk.parse>;
}

export function makeLogKey(): LogKey {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const { kty, crv, x } = publicKey.export({ format: 'jwk' });
  return { privateKey, jwk: ed25519Jwk.parse({ kty, crv, x }) };
}

/** The signed note of a tree of these entries. */
export function noteOf(
  key: LogKey,
  entries: readonly Uint8Array[],
  origin = 'localhost/log',
  size = entries.length,
): Promise<string> {
  const tree = growTree(sha256);
  for (const entry of entries) tree.append(leafHash(sha256, entry));
  return signCheckpoint(
    sha256,
    { origin, size, root: tree.root() },
    fromBase64url(key.jwk.x),
    async (message) => sign(null, message, key.privateKey),
  );
}

export interface ExportParts {
  readonly key: LogKey;
  /** What the tree was made of. */
  readonly entries: readonly Uint8Array[];
  /** What the folder holds instead. */
  readonly lines?: readonly Uint8Array[];
  readonly leaves?: readonly Uint8Array[];
  readonly note?: string;
  readonly origin?: string;
  readonly credentials?: readonly Credential[];
  readonly verdicts?: readonly VerdictLine[];
  readonly removed?: readonly RemovedLine[];
}

/** Writes an export as the server would, or one that somebody has been at. */
export async function withExport<T>(
  parts: ExportParts,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const { key, entries, lines = entries, verdicts = [], removed = [] } = parts;
  const leaves = parts.leaves ?? entries.map((entry) => leafHash(sha256, entry));
  const told: About = {
    schema: 1,
    exportedAt: new Date(0).toISOString(),
    serverKey: key.jwk,
    rpId: 'localhost',
    stations: [],
    credentials: [...(parts.credentials ?? [])],
  };
  const folder = mkdtempSync(path.join(tmpdir(), 'wardlock-export-'));
  const write = (name: keyof typeof FILES, data: string | Uint8Array) =>
    writeFileSync(path.join(folder, FILES[name]), data);
  try {
    write('events', Buffer.concat(lines.flatMap((line) => [line, Buffer.from('\n')])));
    write('leaves', Buffer.concat(leaves));
    write('checkpoint', parts.note ?? (await noteOf(key, entries, parts.origin)));
    write('about', JSON.stringify(told));
    write('verdicts', verdicts.map((line) => `${JSON.stringify(line)}\n`).join(''));
    write('removed', removed.map((line) => `${JSON.stringify(line)}\n`).join(''));
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
