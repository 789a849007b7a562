import { type Kysely, type Selectable, sql } from 'kysely';
import type { Schema } from './schema.ts';

/** A place in the list of all events by time: the next page begins behind it. */
export interface EventPlace {
  /** Wall clock of the station, ISO 8601 UTC. */
  readonly at: string;
  readonly id: number;
}

export interface EventSearch {
  readonly station?: string | undefined;
  /** Whom it is about, proven or claimed. */
  readonly member?: string | undefined;
  readonly type?: string | undefined;
  readonly outcome?: 'success' | 'failure' | undefined;
  /** From this time, itself included; ISO 8601 UTC with milliseconds. */
  readonly from?: string | undefined;
  /** To before this time. */
  readonly to?: string | undefined;
  readonly before?: EventPlace | undefined;
  readonly limit: number;
}

export type FoundEvent = Selectable<Schema['events']>;

export interface EventSearcher {
  /** Newest first, by the stations' clocks. */
  searchEvents(search: EventSearch): Promise<readonly FoundEvent[]>;
}

export const eventSearcher = (db: Kysely<Schema>): EventSearcher => ({
  searchEvents: (search) => eventQuery(db, search).execute(),
});

/** The query of a search. An index gives its rows in their order, whatever it looks for. */
export function eventQuery(
  db: Kysely<Schema>,
  { station, member, type, outcome, from, to, before, limit }: EventSearch,
) {
  let select = db.selectFrom('events').selectAll();
  if (station !== undefined) select = select.where('station', '=', station);
  if (member !== undefined) select = select.where('member', '=', member);
  if (type !== undefined) select = select.where('type', '=', type);
  // In the text: the index over failures serves no query whose outcome comes as a parameter.
  if (outcome !== undefined) select = select.where('outcome', '=', sql.lit(outcome));
  // What retention has emptied has no time.
  select = select.where('at', '>=', from ?? '0');
  if (to !== undefined) select = select.where('at', '<', to);
  if (before !== undefined) {
    select = select.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('at', 'id'), '<', tuple(before.at, before.id)),
    );
  }
  return select.orderBy('at', 'desc').orderBy('id', 'desc').limit(limit);
}
