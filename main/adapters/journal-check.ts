import type { JournalDamage } from '../../common/event-codes.ts';
import { type EventType, GENESIS, accessEvent, chainHash, id } from '../../common/event.ts';
import { type Result, err, ok } from '../../common/result.ts';
import type { JournalContext, JournalStand } from './journal.ts';
import { bodyCipher } from './journal-crypt.ts';
import { type JournalDatabase, isDamage, metaOf } from './journal-schema.ts';
import { sha256 } from './sha256.ts';

export interface Checked extends JournalStand {
  /** Type of the newest event. */
  readonly newest: EventType | undefined;
}

/** Decrypts and re-checks the chain from the acknowledged mark on. */
export function checkJournal(
  db: JournalDatabase,
  { station, key }: Pick<JournalContext, 'station' | 'key'>,
): Result<Checked, JournalDamage> {
  try {
    const epoch = metaOf(db, 'epoch');
    const acknowledged = Number(metaOf(db, 'acknowledged'));
    const pruned = Number(metaOf(db, 'pruned') ?? 0);
    if (!id.safeParse(epoch).success || epoch === undefined) return err('identity');
    if (![acknowledged, pruned].every((mark) => Number.isSafeInteger(mark) && mark >= 0)) {
      return err('identity');
    }
    if (metaOf(db, 'station') !== station) return err('identity');
    return checkChain(db, bodyCipher(key, epoch), { station, epoch, acknowledged, pruned });
  } catch (error) {
    if (isDamage(error)) return err('file');
    throw error;
  }
}

function checkChain(
  db: JournalDatabase,
  cipher: ReturnType<typeof bodyCipher>,
  {
    station,
    epoch,
    acknowledged,
    pruned,
  }: { station: string; epoch: string; acknowledged: number; pruned: number },
): Result<Checked, JournalDamage> {
  let seq = Math.max(0, acknowledged - 1, pruned);
  let prev = seq === 0 ? GENESIS : undefined;
  let newest: EventType | undefined;
  const rows = db
    .prepare<[number], { seq: number; hash: string; body: Uint8Array }>(
      'SELECT seq, hash, body FROM event WHERE seq > ? ORDER BY seq',
    )
    .iterate(seq);
  for (const row of rows) {
    const canonical = cipher.open(row.seq, row.body);
    if (canonical === undefined) return err('unreadable');
    const event = accessEvent.safeParse(JSON.parse(Buffer.from(canonical).toString('utf8'))).data;
    // The first row is the acknowledged one: the server holds what came before it.
    const follows = prev === undefined || event?.prev === prev;
    if (event?.seq !== row.seq || row.seq !== seq + 1 || !follows) return err('chain');
    if (event.station !== station || event.epoch !== epoch) return err('chain');
    if (chainHash(sha256, canonical) !== row.hash) return err('chain');
    ({ seq } = row);
    prev = row.hash;
    newest = event.type;
  }
  if (seq < acknowledged) return err('chain');
  return ok({ epoch, acknowledged, seq, hash: prev ?? GENESIS, newest });
}
