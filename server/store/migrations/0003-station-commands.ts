import type { Ddl } from '../dialect.ts';

/** Commands to stations, the counter that numbers them, and who did what. */
export const stationCommands = ({ whole, end }: Ddl): readonly string[] => [
  `alter table stations add column command_number ${whole} not null default 0`,
  `create table commands (
    station text not null references stations (id), number ${whole} not null, kind text not null,
    member text, issued_at text not null, expires_at text not null, issued_by text not null,
    outcome text, answered_at text,
    primary key (station, number)
  )${end}`,
  `create index commands_open on commands (expires_at) where outcome is null`,
  `create table admin_actions (
    id text primary key, at text not null, who text not null, action text not null, target text not null,
    detail text not null
  )${end}`,
  `create index admin_actions_at on admin_actions (at)`,
];
