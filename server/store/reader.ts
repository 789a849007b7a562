import { type Kysely, type Selectable, sql } from 'kysely';
import type { Credential, Member } from '../../common/directory.ts';
import type { Dialect } from './dialect.ts';
import {
  type DirectoryContent,
  directoryContent,
  toCredential,
  toMember,
} from './directory-content.ts';
import type { Schema } from './schema.ts';

export type StationRow = Selectable<Schema['stations']>;
export type HeadRow = Selectable<Schema['heads']>;
export type EventRow = Selectable<Schema['events']>;
export type PairingCodeRow = Selectable<Schema['pairing_codes']>;
export type SnapshotRow = Selectable<Schema['snapshots']>;
export type PlaceRow = Pick<EventRow, 'seq' | 'hash' | 'verdict' | 'at'>;

export interface EventQuery {
  readonly station?: string | undefined;
  readonly after?: number | undefined;
  readonly before?: number | undefined;
  readonly limit: number;
}

export interface StoreReader {
  practice(): Promise<Selectable<Schema['practice']> | undefined>;
  groups(): Promise<readonly string[]>;
  members(ids: readonly string[]): Promise<readonly Member[]>;
  credentials(ids: readonly string[]): Promise<readonly Credential[]>;
  directoryContent(group: string): Promise<DirectoryContent | undefined>;
  newestSnapshot(group: string): Promise<SnapshotRow | undefined>;
  pairingCodes(): Promise<readonly PairingCodeRow[]>;
  station(id: string): Promise<StationRow | undefined>;
  stationByThumbprint(thumbprint: string): Promise<StationRow | undefined>;
  stations(): Promise<readonly (StationRow & HeadRow)[]>;
  head(station: string): Promise<HeadRow | undefined>;
  /** Newest undisputed event of an epoch. */
  lastPlace(station: string, epoch: string): Promise<PlaceRow | undefined>;
  /** What is stored from one sequence number to another, disputed ones included. */
  placesBetween(
    station: string,
    epoch: string,
    first: number,
    last: number,
  ): Promise<readonly PlaceRow[]>;
  /** What is stored at these sequence numbers, disputed ones included. */
  placesAt(station: string, epoch: string, seqs: readonly number[]): Promise<readonly PlaceRow[]>;
  /** Verified events at these sequence numbers that have their bodies. */
  verifiedAt(
    station: string,
    epoch: string,
    seqs: readonly number[],
  ): Promise<readonly Pick<EventRow, 'seq' | 'canonical'>[]>;
  /** The graces, in seconds, of these versions of a group's directory; one that had none is left out. */
  graces(
    group: string,
    versions: readonly number[],
  ): Promise<readonly { version: number; seconds: number }[]>;
  usedNonces(nonces: readonly string[]): Promise<readonly string[]>;
  /** Largest counter that each credential has shown in this journal. */
  lastCounters(
    station: string,
    epoch: string,
    credentials: readonly string[],
  ): Promise<readonly { credential: string; counter: number }[]>;
  /** Which of these counters were shown before, anywhere. */
  shownCounters(
    credentials: readonly string[],
    counters: readonly number[],
  ): Promise<readonly { credential: string; counter: number }[]>;
  events(query: EventQuery): Promise<readonly EventRow[]>;
  disputed(): Promise<number>;
  accessCounts(
    fromQuarter: number,
    toQuarter: number,
  ): Promise<readonly { quarter: number; accesses: number }[]>;
}

export function createReader(db: Kysely<Schema>, { oneOf }: Dialect): StoreReader {
  return {
    practice: () => db.selectFrom('practice').selectAll().executeTakeFirst(),
    groups: async () =>
      (await db.selectFrom('station_groups').select('name').orderBy('name').execute()).map(
        (row) => row.name,
      ),
    members: async (ids) =>
      (await db.selectFrom('members').selectAll().where(oneOf('id', ids)).execute()).map(toMember),
    credentials: async (ids) =>
      (await db.selectFrom('credentials').selectAll().where(oneOf('id', ids)).execute()).map(
        toCredential,
      ),
    directoryContent: (group) => directoryContent(db, group),
    newestSnapshot: (group) =>
      db
        .selectFrom('snapshots')
        .selectAll()
        .where('group_name', '=', group)
        .orderBy('version', 'desc')
        .limit(1)
        .executeTakeFirst(),
    pairingCodes: () => db.selectFrom('pairing_codes').selectAll().execute(),
    station: (id) => db.selectFrom('stations').selectAll().where('id', '=', id).executeTakeFirst(),
    stationByThumbprint: (thumbprint) =>
      db.selectFrom('stations').selectAll().where('thumbprint', '=', thumbprint).executeTakeFirst(),
    stations: () =>
      db
        .selectFrom('stations')
        .innerJoin('heads', 'heads.station', 'stations.id')
        .selectAll()
        .orderBy('stations.name')
        .orderBy('stations.id')
        .execute(),
    head: (station) =>
      db.selectFrom('heads').selectAll().where('station', '=', station).executeTakeFirst(),
    lastPlace: (station, epoch) =>
      db
        .selectFrom('events')
        .select(['seq', 'hash', 'verdict', 'at'])
        .where('station', '=', station)
        .where('epoch', '=', epoch)
        .where('verdict', '!=', 'disputed')
        .orderBy('seq', 'desc')
        .limit(1)
        .executeTakeFirst(),
    placesBetween: (station, epoch, first, last) =>
      db
        .selectFrom('events')
        .select(['seq', 'hash', 'verdict', 'at'])
        .where('station', '=', station)
        .where('epoch', '=', epoch)
        .where('seq', '>=', first)
        .where('seq', '<=', last)
        .execute(),
    placesAt: async (station, epoch, seqs) =>
      seqs.length === 0
        ? []
        : db
            .selectFrom('events')
            .select(['seq', 'hash', 'verdict', 'at'])
            .where('station', '=', station)
            .where('epoch', '=', epoch)
            .where(oneOf('seq', seqs))
            .execute(),
    verifiedAt: (station, epoch, seqs) =>
      db
        .selectFrom('events')
        .select(['seq', 'canonical'])
        .where('station', '=', station)
        .where('epoch', '=', epoch)
        .where(oneOf('seq', seqs))
        .where('verdict', '=', 'verified')
        .where('at', '>', '')
        .execute(),
    graces: (group, versions) =>
      db
        .selectFrom('snapshots')
        .select(['version', 'grace_seconds as seconds'])
        .where('group_name', '=', group)
        .where(oneOf('version', versions))
        .where('grace_seconds', '>', 0)
        .execute(),
    usedNonces: async (nonces) =>
      nonces.length === 0
        ? []
        : (
            await db.selectFrom('proofs').select('nonce').where(oneOf('nonce', nonces)).execute()
          ).map((row) => row.nonce),
    lastCounters: async (station, epoch, credentials) =>
      credentials.length === 0
        ? []
        : db
            .selectFrom('proofs')
            .select(['credential', (eb) => eb.fn.max('counter').as('counter')])
            .where('station', '=', station)
            .where('epoch', '=', epoch)
            .where(oneOf('credential', credentials))
            .groupBy('credential')
            .execute(),
    shownCounters: async (credentials, counters) =>
      credentials.length === 0
        ? []
        : db
            .selectFrom('proofs')
            .select(['credential', 'counter'])
            .where(oneOf('credential', credentials))
            .where(oneOf('counter', counters))
            .execute(),
    events: (query) => listEvents(db, query),
    disputed: async () =>
      (
        await db
          .selectFrom('events')
          .select((eb) => eb.fn.countAll<number>().as('n'))
          .where('verdict', '=', 'disputed')
          .executeTakeFirstOrThrow()
      ).n,
    accessCounts: (from, to) =>
      db
        .selectFrom('access_counts')
        .select(['quarter', sql<number>`cast(sum(accesses) as bigint)`.as('accesses')])
        .where('quarter', '>=', from)
        .where('quarter', '<', to)
        .groupBy('quarter')
        .execute(),
  };
}

function listEvents(db: Kysely<Schema>, query: EventQuery): Promise<EventRow[]> {
  // What retention has emptied has no time.
  let select = db.selectFrom('events').selectAll().where('at', '>', '').limit(query.limit);
  if (query.station !== undefined) select = select.where('station', '=', query.station);
  if (query.after !== undefined) select = select.where('id', '>', query.after);
  if (query.before !== undefined) select = select.where('id', '<', query.before);
  return select.orderBy('id', query.after === undefined ? 'desc' : 'asc').execute();
}
