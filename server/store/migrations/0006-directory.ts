import type { Ddl } from '../dialect.ts';

/** Who may use which stations, what became of keys, stations and disputes, and alerts. */
export const directory = ({ whole, end, endByKey }: Ddl): readonly string[] => [
  `alter table members add column external_id text`,
  `alter table members add column everywhere ${whole} not null default 1`,
  `alter table members add column console_roles text not null default '[]'`,
  `create unique index members_external_id on members (external_id)`,
  `create table member_groups (
    member text not null references members (id), group_name text not null references station_groups (name),
    primary key (member, group_name)
  )${endByKey}`,
  `create index member_groups_by_group on member_groups (group_name, member)`,
  // Why it is not active; null while it is.
  `alter table credentials add column fate text`,
  `create index credentials_of_member on credentials (member)`,
  `alter table pairing_codes add column approved ${whole} not null default 1`,
  `alter table stations add column standing text not null default 'active'`,
  `create index stations_not_active on stations (standing) where standing <> 'active'`,
  `create table revoked_keys (
    thumbprint text primary key, station text not null references stations (id), revoked_at text not null
  )${endByKey}`,
  `create index heads_open on heads (member) where screen = 'open'`,
  `create table alerts (
    id text primary key, at text not null, kind text not null, reason text, station text not null,
    epoch text, seq ${whole}, member text, acknowledged_at text, acknowledged_by text
  )${end}`,
  `create index alerts_open on alerts (at) where acknowledged_at is null`,
  `create table disputes (
    station text not null references stations (id), epoch text not null, at text not null,
    reason text not null, approved_at text, approved_by text,
    primary key (station, epoch)
  )${end}`,
];
