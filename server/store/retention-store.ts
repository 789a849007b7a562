import { type Insertable, type Kysely, type Selectable, sql } from 'kysely';
import type { Dialect } from './dialect.ts';
import type { EventPlace } from './event-search.ts';
import type { Schema } from './schema.ts';

export type OldEvent = Pick<
  Selectable<Schema['events']>,
  'id' | 'at' | 'received_at' | 'station' | 'epoch' | 'seq' | 'type' | 'verdict' | 'canonical'
>;

/** An entry of the ledger that says what was removed. */
export interface RemovalRow {
  readonly record: Uint8Array | null;
  /** Null until the sequencer has come to it. */
  readonly leaf: number | null;
}

/** What must stay, of some stations. */
export interface Held {
  /** What an administrator has not seen yet. */
  readonly alerts: readonly Pick<Selectable<Schema['alerts']>, 'station' | 'epoch' | 'seq'>[];
  /** Journals whose dispute nobody has judged. */
  readonly disputes: readonly Pick<Selectable<Schema['disputes']>, 'station' | 'epoch'>[];
  /** Canonical bytes of the events that begin an emergency access. */
  readonly emergencies: readonly Uint8Array[];
}

export interface RetentionReader {
  /** Events with a body whose own clock says that they are from before a time; oldest first. */
  oldEvents(query: {
    readonly before: string;
    readonly after: EventPlace | undefined;
    readonly limit: number;
  }): Promise<readonly OldEvent[]>;
  held(stations: readonly string[]): Promise<Held>;
  removals(): Promise<readonly RemovalRow[]>;
}

export interface RetentionWriter {
  /** Leaves of an event its place and its hash. */
  removeBodies(ids: readonly number[]): Promise<void>;
  addRemoval(row: Insertable<Schema['ledger_segments']>): Promise<void>;
  setKeepDays(days: number): Promise<void>;
}

export function retentionReader(db: Kysely<Schema>, { oneOf }: Dialect): RetentionReader {
  return {
    oldEvents({ before, after = { at: '0', id: 0 }, limit }) {
      return db
        .selectFrom('events')
        .select([
          'id',
          'at',
          'received_at',
          'station',
          'epoch',
          'seq',
          'type',
          'verdict',
          'canonical',
        ])
        .where('at', '<', before)
        .where(({ eb, refTuple, tuple }) =>
          eb(refTuple('at', 'id'), '>', tuple(after.at, after.id)),
        )
        .orderBy('at')
        .orderBy('id')
        .limit(limit)
        .execute();
    },
    held: async (stations) => ({
      alerts: await db
        .selectFrom('alerts')
        .select(['station', 'epoch', 'seq'])
        .where('acknowledged_at', 'is', null)
        .where(oneOf('station', stations))
        .execute(),
      disputes: await db
        .selectFrom('disputes')
        .select(['station', 'epoch'])
        .where('approved_at', 'is', null)
        .where(oneOf('station', stations))
        .execute(),
      emergencies: (
        await db
          .selectFrom('events')
          .select('canonical')
          .where('type', '=', EMERGENCY)
          .where(oneOf('station', stations))
          .execute()
      ).map(({ canonical }) => canonical),
    }),
    removals: () =>
      db
        .selectFrom('ledger_segments')
        .select(['record', 'leaf'])
        .where('about', '=', sql.lit('removal'))
        .orderBy('id')
        .execute(),
  };
}

/** The event that begins an emergency access. */
const EMERGENCY = 'breakglass.started';

export function retentionWriter(db: Kysely<Schema>, { oneOf }: Dialect): RetentionWriter {
  return {
    removeBodies: async (ids) =>
      void (await db
        .updateTable('events')
        .set({ canonical: new Uint8Array(), at: '', outcome: '', member: null })
        .where(oneOf('id', ids))
        .execute()),
    addRemoval: async (row) =>
      void (await db
        .insertInto('ledger_segments')
        .values({ ...row, about: 'removal' })
        .execute()),
    setKeepDays: async (days) =>
      void (await db.updateTable('practice').set({ keep_days: days }).execute()),
  };
}
