import { fromBase64url } from '../../common/bytes.ts';
import { type Checkpoint, openCheckpoint } from '../../common/checkpoint.ts';
import type { Ed25519Jwk } from '../../common/wire.ts';
import { verifyEd25519 } from '../../server/ed25519.ts';
import { sha256 } from '../../server/hash.ts';

/** What a server's note says; throws for one that it has not signed. */
export function opened(note: string | undefined, key: Ed25519Jwk): Checkpoint {
  const ports = { sha256, verify: verifyEd25519 };
  const checkpoint = openCheckpoint(ports, note ?? '', fromBase64url(key.x));
  if (!checkpoint.ok) throw new Error(checkpoint.error);
  return checkpoint.value;
}

/** Waits until a running server's published tree has so many leaves. */
export async function published(
  lab: {
    readonly ledger: { published(): { readonly checkpoint: Checkpoint } | undefined };
  },
  size: number,
): Promise<Checkpoint> {
  for (;;) {
    const checkpoint = lab.ledger.published()?.checkpoint;
    if (checkpoint !== undefined && checkpoint.size >= size) return checkpoint;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
