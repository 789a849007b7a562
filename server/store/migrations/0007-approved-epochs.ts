import type { Ddl } from '../dialect.ts';

/** A command that names an epoch. */
export const approvedEpochs = (_: Ddl): readonly string[] => [
  `alter table commands add column epoch text`,
];
