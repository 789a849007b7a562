import type { Ddl } from '../dialect.ts';

/** How long bodies are kept, and which records of the ledger say that some were removed. */
export const retention = ({ whole }: Ddl): readonly string[] => [
  // 45 CFR 164.316(b)(2)(i): six years.
  `alter table practice add column keep_days ${whole} not null default 2192`,
  `alter table ledger_segments add column about text`,
  `create index ledger_segments_removals on ledger_segments (id) where about = 'removal'`,
];
