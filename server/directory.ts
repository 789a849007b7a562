import { toHex, utf8 } from '../common/bytes.ts';
import { canonicalJson } from '../common/canonical.ts';
import { directorySnapshot } from '../common/directory.ts';
import { DIRECTORY_JWS_TYP } from '../common/wire.ts';
import { sha256 } from './hash.ts';
import { type Keys, signedBy } from './keys.ts';
import type { Transaction } from './store/store.ts';
import { STREAM_NOTICE } from './stream-feed.ts';

/**
 * Signs a new snapshot for each group whose content is not that of its newest one. Call it in the
 * transaction that changes the directory, so that a change and its snapshot are one.
 */
export async function publishDirectory(tx: Transaction, keys: Keys, now: number): Promise<void> {
  for (const group of await tx.groups()) {
    const content = await tx.directoryContent(group);
    if (content === undefined) throw new Error(`group ${group} has no content`);
    const digest = digestOf(content);
    const newest = await tx.newestSnapshot(group);
    if (newest?.digest === digest) continue;
    const issuedAt = new Date(now).toISOString();
    const version = (newest?.version ?? 0) + 1;
    const snapshot = directorySnapshot.parse({ ...content, v: 1, version, issuedAt });
    const jws = await signedBy(keys, DIRECTORY_JWS_TYP, snapshot);
    await tx.addSnapshot({
      group_name: group,
      version,
      digest,
      issued_at: issuedAt,
      jws,
      grace_seconds: content.policy.graceSeconds,
    });
    tx.announce(STREAM_NOTICE);
  }
}

/** SHA-256 of the RFC 8785 form: the same content is the same digest, whatever its key order. */
export const digestOf = (content: unknown): string => toHex(sha256(utf8(canonicalJson(content))));
