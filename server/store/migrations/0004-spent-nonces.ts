import type { Ddl } from '../dialect.ts';

/** A signed request counts once, whichever server process it comes to. */
export const spentNonces = ({ whole, endByKey }: Ddl): readonly string[] => [
  `create table spent_nonces (
    nonce text primary key, fresh_until ${whole} not null
  )${endByKey}`,
  `create index spent_nonces_by_age on spent_nonces (fresh_until)`,
];
