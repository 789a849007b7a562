import type { Ddl } from '../dialect.ts';

/** A command that names an epoch, and which starts of its agent a station was heard from. */
export const epochsAndBoots = ({ endByKey }: Ddl): readonly string[] => [
  `alter table commands add column epoch text`,
  `create table station_boots (
    station text not null references stations (id), boot text not null, first_seen_at text not null,
    primary key (station, boot)
  )${endByKey}`,
];
