import { type DirectorySnapshot, directorySnapshot } from '../../common/directory.ts';
import type { DirectoryRefusal } from '../../common/event-codes.ts';
import { type Result, err, ok } from '../../common/result.ts';
import { DIRECTORY_JWS_TYP, type Ed25519Jwk } from '../../common/wire.ts';
import type { DirectoryStore } from '../ports/directory.ts';
import type { StationState } from '../ports/station-state.ts';
import { readIfPresent, writeDurably } from './durable-file.ts';
import { parsedJson, signedPayload } from './server-signed.ts';

export interface DirectoryStoreOptions {
  readonly file: string;
  /** The server's signing key, from pairing. */
  readonly serverKey: Ed25519Jwk;
  readonly group: string;
  readonly rpId: string;
  readonly state: Pick<StationState, 'directoryVersion' | 'raiseDirectoryVersion'>;
  readonly report: (code: string, cause: unknown) => void;
}

/** Opens the snapshot on disk, verified as when it came; `refused` says why the file is not in force. */
export async function openDirectoryStore(
  options: DirectoryStoreOptions,
): Promise<{ readonly store: DirectoryStore; readonly refused: DirectoryRefusal | undefined }> {
  const { file, state, report } = options;
  let current: { readonly jws: string; readonly snapshot: DirectorySnapshot } | undefined;
  let stored = 0;

  /** A crash between file and mark leaves a file that is newer than the mark, never the other way. */
  const isOnDisk = ({ version }: DirectorySnapshot): void => {
    state.raiseDirectoryVersion(version);
    stored = version;
  };

  const found = (await readIfPresent(file))?.toString('utf8');
  const loaded = found === undefined ? undefined : await verifyDirectory(found, options);
  if (loaded?.ok && found !== undefined) {
    isOnDisk(loaded.value);
    current = { jws: found, snapshot: loaded.value };
  }

  const store: DirectoryStore = {
    current: () => current?.snapshot,
    stored: () => stored,
    async accept(jws) {
      const isRepeated = current?.jws === jws;
      const verified =
        isRepeated && current ? ok(current.snapshot) : await verifyDirectory(jws, options);
      if (!verified.ok) return verified;
      const { version } = verified.value;
      // Two different snapshots of one version: the server was restored or is not what it seems.
      if (!isRepeated && version <= (current?.snapshot.version ?? 0)) return err('older');
      // In force before it is on disk: one without room lets nobody stay whom the server has shut out.
      current = { jws, snapshot: verified.value };
      try {
        if (stored < version) await writeDurably(file, jws);
        isOnDisk(verified.value);
      } catch (error) {
        report('directory:not-stored', error);
      }
      return verified;
    },
  };
  return { store, refused: loaded?.ok === false ? loaded.error : undefined };
}

async function verifyDirectory(
  jws: string,
  { serverKey, group, rpId, state }: DirectoryStoreOptions,
): Promise<Result<DirectorySnapshot, DirectoryRefusal>> {
  const payload = await signedPayload(jws, serverKey, DIRECTORY_JWS_TYP);
  if (payload === undefined) return err('bad-signature');
  const snapshot = directorySnapshot.safeParse(parsedJson(payload)).data;
  if (snapshot === undefined) return err('bad-shape');
  if (snapshot.group !== group) return err('wrong-group');
  if (snapshot.rpId !== rpId) return err('wrong-rp');
  if (snapshot.version < state.directoryVersion()) return err('older');
  return ok(snapshot);
}
