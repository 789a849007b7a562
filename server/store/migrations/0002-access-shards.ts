import type { Ddl } from '../dialect.ts';

/** Stations that upload at once no longer wait for one another at the one row of this quarter of an hour. */
export const accessShards = ({ whole, endByKey }: Ddl): readonly string[] => [
  `alter table access_counts rename to access_counts_unsharded`,
  `create table access_counts (
    quarter ${whole} not null, shard ${whole} not null, accesses ${whole} not null,
    primary key (quarter, shard)
  )${endByKey}`,
  `insert into access_counts select quarter, 0, accesses from access_counts_unsharded`,
  `drop table access_counts_unsharded`,
];
