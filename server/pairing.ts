import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { GENESIS } from '../common/event.ts';
import { type Result, err, ok } from '../common/result.ts';
import type { Ed25519Jwk } from '../common/wire.ts';
import { base32 } from '../common/base32.ts';
import { type Keys, pairingSecretHash } from './keys.ts';
import type { PairingCodeRow, StationRow } from './store/reader.ts';
import type { Store, Transaction } from './store/store.ts';
import { STREAM_NOTICE } from './stream-feed.ts';

/** Makes a pairing code for `uses` stations of a group. Only a hash of its secret is kept. */
export async function createPairingCode(
  store: Store,
  keys: Keys,
  options: {
    readonly group: string;
    readonly uses: number;
    readonly hours: number;
    /** The stations that it pairs need no approval of their own. */
    readonly approved: boolean;
    readonly now: number;
  },
): Promise<Result<string, { readonly groups: readonly string[] }>> {
  const secret = base32(randomBytes(10));
  return store.write(async (tx) => {
    const groups = await tx.groups();
    if (!groups.includes(options.group)) return err({ groups });
    await tx.addPairingCode({
      id: randomUUID(),
      secret_hash: pairingSecretHash(secret),
      group_name: options.group,
      uses: options.uses,
      used: 0,
      expires_at: new Date(options.now + options.hours * 3_600_000).toISOString(),
      created_at: new Date(options.now).toISOString(),
      approved: options.approved ? 1 : 0,
    });
    return ok(`${secret}.${keys.fingerprint}`);
  });
}

export type PairingRefusal =
  | 'pairing-code-unknown'
  | 'pairing-code-expired'
  | 'pairing-code-used'
  | 'station-revoked'
  | 'station-in-use'
  | 'other-group'
  | 'unknown-station';

/**
 * Pairs a station whose possession of `publicKey` is proven already. A key that is known keeps its
 * station, and trying the same code again takes no second use: the answer to the first may have been lost.
 * A revoked station comes back under its own id, and its journal goes on, with another key and a new code.
 */
export async function pairStation(
  store: Store,
  request: {
    readonly secret: string;
    readonly name: string;
    readonly publicKey: Ed25519Jwk;
    readonly thumbprint: string;
    /** The revoked station that it was. */
    readonly station?: string | undefined;
    readonly now: number;
  },
): Promise<Result<{ readonly station: string; readonly group: string }, PairingRefusal>> {
  const { secret, name, publicKey, thumbprint, now } = request;
  return store.write(async (tx) => {
    const code = findCode(await tx.lockPairingCodes(), secret);
    if (code === undefined) return err('pairing-code-unknown');
    if (Date.parse(code.expires_at) <= now) return err('pairing-code-expired');
    if (await tx.isRevokedKey(thumbprint)) return err('station-revoked');
    const known = await tx.stationByThumbprint(thumbprint);
    if (known?.pairing_code === code.id) return ok({ station: known.id, group: known.group_name });
    if (code.used >= code.uses) return err('pairing-code-used');
    const former = known ?? (request.station && (await tx.station(request.station)));
    if (request.station !== undefined && known === undefined) {
      if (!former) return err('unknown-station');
      if (former.standing !== 'revoked') return err('station-in-use');
    }
    // Versions of a directory count per group: one of another group could look like an older one.
    if (former && former.group_name !== code.group_name) return err('other-group');
    await tx.usePairingCode(code.id);
    const row = {
      name,
      group_name: code.group_name,
      pairing_code: code.id,
      paired_at: new Date(now).toISOString(),
    };
    const standing = code.approved === 1 ? 'active' : 'pending';
    if (former) {
      await tx.updateStation(former.id, row);
      await tx.replaceKey(former.id, { thumbprint, public_key: publicKey.x });
      // A key that is known and in use needs no new approval.
      if (known?.standing !== 'active') await tx.setStanding(former.id, standing);
      return ok({ station: former.id, group: code.group_name });
    }
    const id = randomUUID();
    await tx.addStation(
      { ...row, id, thumbprint, public_key: publicKey.x, standing },
      {
        station: id,
        epoch: null,
        seq: 0,
        hash: GENESIS,
        screen: 'none',
        session: null,
        member: null,
        heard_at: row.paired_at,
      },
    );
    return ok({ station: id, group: code.group_name });
  });
}

/** Nothing more is taken from this key, now or ever. */
export async function revokeStation(
  tx: Transaction,
  { id, thumbprint }: Pick<StationRow, 'id' | 'thumbprint'>,
  now: number,
): Promise<void> {
  await tx.setStanding(id, 'revoked');
  await tx.revokeKey(thumbprint, id, new Date(now).toISOString());
  tx.announce(STREAM_NOTICE);
}

/** Compares with every code in constant time: how long it takes tells nothing about a near miss. */
function findCode(codes: readonly PairingCodeRow[], secret: string): PairingCodeRow | undefined {
  const hash = pairingSecretHash(secret);
  let found: PairingCodeRow | undefined;
  for (const code of codes) if (timingSafeEqual(code.secret_hash, hash)) found = code;
  return found;
}
