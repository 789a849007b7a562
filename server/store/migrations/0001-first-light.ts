import type { Ddl } from '../dialect.ts';

export const firstLight = ({ bytes, whole, counting, end, endByKey }: Ddl): readonly string[] => [
  `create table practice (
    id ${whole} primary key check (id = 1), name text not null, rp_id text not null, digest text not null
  )${end}`,
  `create table station_groups (
    name text primary key, policy text not null, apps text not null
  )${endByKey}`,
  `create table members (
    id text primary key, given_name text not null, family_name text not null, title text,
    role text not null, active ${whole} not null
  )${endByKey}`,
  `create table credentials (
    id text primary key, member text not null references members (id), public_key text not null,
    user_handle text not null, counter ${whole} not null, active ${whole} not null
  )${endByKey}`,
  `create table snapshots (
    group_name text not null references station_groups (name), version ${whole} not null,
    digest text not null, issued_at text not null, jws text not null,
    primary key (group_name, version)
  )${end}`,
  `create table pairing_codes (
    id text primary key, secret_hash ${bytes} not null, group_name text not null references station_groups (name),
    uses ${whole} not null, used ${whole} not null, expires_at text not null, created_at text not null
  )${end}`,
  `create table stations (
    id text primary key, thumbprint text not null unique, public_key text not null, name text not null,
    group_name text not null references station_groups (name),
    pairing_code text not null references pairing_codes (id), paired_at text not null
  )${end}`,
  `create table heads (
    station text primary key references stations (id), epoch text, seq ${whole} not null, hash text not null,
    screen text not null, session text, member text, heard_at text
  )${end}`,
  `create table events (
    id ${counting}, station text not null references stations (id), epoch text not null,
    seq ${whole} not null, hash text not null, type text not null, received_at text not null,
    verdict text not null, reason text, canonical ${bytes} not null,
    unique (station, epoch, seq, hash)
  )${end}`,
  `create index events_of_station on events (station, id)`,
  `create index events_disputed on events (id) where verdict = 'disputed'`,
  `create table proofs (
    nonce text primary key, credential text not null, counter ${whole} not null,
    station text not null, epoch text not null, seq ${whole} not null
  )${endByKey}`,
  `create index proofs_of_credential on proofs (credential, counter)`,
  `create table access_counts (
    quarter ${whole} primary key, accesses ${whole} not null
  )${end}`,
];
