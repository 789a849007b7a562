import type { Ddl } from '../dialect.ts';

/** The tree over all events: where it stands, its tiles, and the runs of events that are its leaves. */
export const ledger = ({ bytes, whole, counting, end }: Ddl): readonly string[] => [
  `create table ledger (
    id ${whole} primary key check (id = 1), origin text not null, size ${whole} not null,
    term text not null, term_ends ${whole} not null, note text, note_size ${whole}
  )${end}`,
  `insert into ledger (id, origin, size, term, term_ends) values (1, '', 0, '', 0)`,
  `create table ledger_tiles (
    level ${whole} not null, tile ${whole} not null, hashes ${bytes} not null, primary key (level, tile)
  )${end}`,
  `create table ledger_segments (
    id ${counting}, station text, epoch text, first_seq ${whole}, hash text, record ${bytes},
    entries ${whole} not null, hashes ${bytes}, leaf ${whole} unique
  )${end}`,
  `create index ledger_segments_waiting on ledger_segments (id) where leaf is null`,
  `create index ledger_segments_of_journal on ledger_segments (station, epoch, first_seq)`,
  // Accepted events of an epoch are one run without gaps; a disputed event is a run of its own.
  `insert into ledger_segments (station, epoch, first_seq, entries)
    select station, epoch, min(seq), count(*) from events where verdict <> 'disputed' group by station, epoch`,
  `insert into ledger_segments (station, epoch, first_seq, hash, entries)
    select station, epoch, seq, hash, 1 from events where verdict = 'disputed'`,
];
