import type { Ddl } from '../dialect.ts';

/** What events are looked for by, beside station and type: a copy of what stands in their canonical bytes. */
export const eventSearch = ({ fieldOf }: Ddl): readonly string[] => [
  `alter table events add column at text not null default ''`,
  `alter table events add column outcome text not null default ''`,
  `alter table events add column member text`,
  `update events set
    at = coalesce(${fieldOf('canonical', 'at')}, received_at),
    outcome = coalesce(${fieldOf('canonical', 'outcome')}, ''),
    member = coalesce(${fieldOf('canonical', 'member')}, ${fieldOf('canonical', 'claimed')})`,
  `create index events_at on events (at, id)`,
  `create index events_at_station on events (station, at, id)`,
  `create index events_of_member on events (member, at, id) where member is not null`,
  `create index events_of_type on events (type, at, id)`,
  `create index events_failed on events (at, id) where outcome = 'failure'`,
];
