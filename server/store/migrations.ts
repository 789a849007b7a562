import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Forward only. A released migration is never edited: add the next number. */
export const migrations: Readonly<Record<string, Migration>> = {
  '0001-first-light': { up: firstLight },
};

const tables = [
  `create table practice (
    id integer primary key check (id = 1), name text not null, rp_id text not null, digest text not null
  ) strict`,
  `create table station_groups (
    name text primary key, policy text not null, apps text not null
  ) strict, without rowid`,
  `create table members (
    id text primary key, given_name text not null, family_name text not null, title text,
    role text not null, active integer not null
  ) strict, without rowid`,
  `create table credentials (
    id text primary key, member text not null references members (id), public_key text not null,
    user_handle text not null, counter integer not null, active integer not null
  ) strict, without rowid`,
  `create table snapshots (
    group_name text not null references station_groups (name), version integer not null,
    digest text not null, issued_at text not null, jws text not null,
    primary key (group_name, version)
  ) strict`,
  `create table pairing_codes (
    id text primary key, secret_hash blob not null, group_name text not null references station_groups (name),
    uses integer not null, used integer not null, expires_at text not null, created_at text not null
  ) strict`,
  `create table stations (
    id text primary key, thumbprint text not null unique, public_key text not null, name text not null,
    group_name text not null references station_groups (name),
    pairing_code text not null references pairing_codes (id), paired_at text not null
  ) strict`,
  `create table heads (
    station text primary key references stations (id), epoch text, seq integer not null, hash text not null,
    screen text not null, session text, member text, heard_at text
  ) strict`,
  `create table events (
    id integer primary key autoincrement, station text not null references stations (id), epoch text not null,
    seq integer not null, hash text not null, type text not null, received_at text not null,
    verdict text not null, reason text, canonical blob not null,
    unique (station, epoch, seq, hash)
  ) strict`,
  `create index events_of_station on events (station, id)`,
  `create index events_disputed on events (id) where verdict = 'disputed'`,
  `create table proofs (
    nonce text primary key, credential text not null, counter integer not null,
    station text not null, epoch text not null, seq integer not null
  ) strict, without rowid`,
  `create index proofs_of_credential on proofs (credential, counter)`,
  `create table access_counts (
    quarter integer primary key, accesses integer not null
  ) strict`,
];

async function firstLight(db: Kysely<unknown>): Promise<void> {
  for (const table of tables) await sql.raw(table).execute(db);
}
