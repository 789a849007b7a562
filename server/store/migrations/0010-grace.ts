import type { Ddl } from '../dialect.ts';

/** The grace of each snapshot's policy, so that an access without PIN can be judged without parsing it. */
export const grace = ({ whole }: Ddl): readonly string[] => [
  `alter table snapshots add column grace_seconds ${whole} not null default 0`,
];
