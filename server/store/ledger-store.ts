import { type Insertable, type Kysely, type Selectable, sql } from 'kysely';
import type { Dialect } from './dialect.ts';
import type { Schema } from './schema.ts';

export type LedgerRow = Selectable<Schema['ledger']>;
export type SegmentRow = Omit<Selectable<Schema['ledger_segments']>, 'hashes' | 'about'>;
/** A segment that the tree has. */
export type PlacedSegment = SegmentRow & { readonly leaf: number };
export type WaitingSegment = Selectable<Schema['ledger_segments']>;
export type NewSegment = Insertable<Schema['ledger_segments']>;
/** An event as a leaf. */
export type LeafRow = Pick<
  Selectable<Schema['events']>,
  'seq' | 'hash' | 'verdict' | 'reason' | 'canonical'
>;

export interface LedgerReader {
  ledger(): Promise<LedgerRow>;
  tile(level: number, tile: number): Promise<Uint8Array | undefined>;
  isAnythingWaiting(): Promise<boolean>;
  /** Segments that are not in the tree yet. */
  waiting(): Promise<number>;
  /** The segments that hold the leaves `from` to before `to`, in their order. */
  segmentsBetween(from: number, to: number): Promise<readonly PlacedSegment[]>;
  /** Segments of accepted events of a journal from the one that holds `seq` on, in their order. */
  segmentsOf(
    station: string,
    epoch: string,
    seq: number,
    limit: number,
  ): Promise<readonly SegmentRow[]>;
  /** Leaves that begin a new origin, in their order. */
  records(): Promise<readonly PlacedSegment[]>;
  /** The events of a segment that are still there, in their order. */
  leavesOf(segment: SegmentRow): Promise<readonly LeafRow[]>;
}

export interface LedgerWriter {
  /** The ledger's row, which nobody else changes before this transaction has ended. */
  lockLedger(): Promise<LedgerRow>;
  /** The database's clock, ms: one for all servers. */
  clock(): Promise<number>;
  addSegments(rows: readonly NewSegment[]): Promise<void>;
  /** Oldest first. */
  waitingSegments(limit: number): Promise<readonly WaitingSegment[]>;
  placeSegment(id: number, leaf: number): Promise<void>;
  putTile(level: number, tile: number, hashes: Uint8Array): Promise<void>;
  changeLedger(change: Partial<Omit<LedgerRow, 'id'>>): Promise<void>;
}

const segmentColumns = [
  'id',
  'station',
  'epoch',
  'first_seq',
  'hash',
  'record',
  'entries',
  'leaf',
] as const satisfies readonly (keyof SegmentRow)[];

const isPlaced = (row: SegmentRow): row is PlacedSegment => row.leaf !== null;

export function ledgerReader(db: Kysely<Schema>): LedgerReader {
  return {
    ledger: () => db.selectFrom('ledger').selectAll().executeTakeFirstOrThrow(),
    tile: async (level, tile) =>
      (
        await db
          .selectFrom('ledger_tiles')
          .select('hashes')
          .where('level', '=', level)
          .where('tile', '=', tile)
          .executeTakeFirst()
      )?.hashes,
    waiting: async () =>
      (
        await db
          .selectFrom('ledger_segments')
          .select((eb) => eb.fn.countAll<number>().as('n'))
          .where('leaf', 'is', null)
          .executeTakeFirstOrThrow()
      ).n,
    isAnythingWaiting: async () =>
      (await db
        .selectFrom('ledger_segments')
        .select('id')
        .where('leaf', 'is', null)
        .limit(1)
        .executeTakeFirst()) !== undefined,
    segmentsBetween: async (from, to) => {
      const first = db
        .selectFrom('ledger_segments')
        .select((eb) => eb.fn.max('leaf').as('leaf'))
        .where('leaf', '<=', from);
      const rows = await db
        .selectFrom('ledger_segments')
        .select(segmentColumns)
        .where('leaf', '>=', first)
        .where('leaf', '<', to)
        .orderBy('leaf')
        .execute();
      return rows.filter(isPlaced);
    },
    segmentsOf: (station, epoch, seq, limit) => {
      const accepted = db
        .selectFrom('ledger_segments')
        .where('station', '=', station)
        .where('epoch', '=', epoch)
        // One that came disputed and was accepted later is the leaf that it was.
        .where(({ or, eb, not, exists, selectFrom }) =>
          or([
            eb('hash', 'is', null),
            not(
              exists(
                selectFrom('events')
                  .select('events.id')
                  .whereRef('events.station', '=', 'ledger_segments.station')
                  .whereRef('events.epoch', '=', 'ledger_segments.epoch')
                  .whereRef('events.seq', '=', 'ledger_segments.first_seq')
                  .whereRef('events.hash', '=', 'ledger_segments.hash')
                  .where('events.verdict', '=', 'disputed'),
              ),
            ),
          ]),
        );
      const first = accepted
        .select('first_seq')
        .where('first_seq', '<=', seq)
        .orderBy('first_seq', 'desc')
        .limit(1);
      return accepted
        .select(segmentColumns)
        .where('first_seq', '>=', first)
        .orderBy('first_seq')
        .limit(limit)
        .execute();
    },
    records: async () =>
      (
        await db
          .selectFrom('ledger_segments')
          .select(segmentColumns)
          .where('station', 'is', null)
          .where('about', 'is', null)
          .orderBy('leaf')
          .execute()
      ).filter(isPlaced),
    leavesOf: ({ station, epoch, first_seq: first, entries, hash }) => {
      const events = db
        .selectFrom('events')
        .select(['seq', 'hash', 'verdict', 'reason', 'canonical'])
        .where('station', '=', station ?? '')
        .where('epoch', '=', epoch ?? '')
        .orderBy('seq');
      if (hash !== null) {
        return events
          .where('seq', '=', first ?? 0)
          .where('hash', '=', hash)
          .execute();
      }
      return events
        .where('seq', '>=', first ?? 0)
        .where('seq', '<', (first ?? 0) + entries)
        .where('verdict', '!=', 'disputed')
        .execute();
    },
  };
}

export function ledgerWriter(db: Kysely<Schema>, { forUpdate, clock }: Dialect): LedgerWriter {
  return {
    lockLedger: () =>
      db.selectFrom('ledger').selectAll().modifyEnd(forUpdate).executeTakeFirstOrThrow(),
    clock: async () => {
      const { rows } = await sql<{ ms: number }>`select ${clock} as ms`.execute(db);
      return Number(rows[0]?.ms);
    },
    async addSegments(rows) {
      for (const row of rows) await db.insertInto('ledger_segments').values(row).execute();
    },
    waitingSegments: (limit) =>
      db
        .selectFrom('ledger_segments')
        .selectAll()
        .where('leaf', 'is', null)
        .orderBy('id')
        .limit(limit)
        .execute(),
    placeSegment: async (id, leaf) =>
      void (await db
        .updateTable('ledger_segments')
        .set({ leaf, hashes: null })
        .where('id', '=', id)
        .execute()),
    putTile: async (level, tile, hashes) =>
      void (await db
        .insertInto('ledger_tiles')
        .values({ level, tile, hashes })
        .onConflict((oc) => oc.columns(['level', 'tile']).doUpdateSet({ hashes }))
        .execute()),
    changeLedger: async (change) => void (await db.updateTable('ledger').set(change).execute()),
  };
}
