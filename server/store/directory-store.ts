import type { Kysely } from 'kysely';
import type { Dialect } from './dialect.ts';
import {
  type CommandReader,
  type CommandWriter,
  commandReader,
  commandWriter,
} from './directory-commands.ts';
import {
  type MembersReader,
  type MembersWriter,
  membersReader,
  membersWriter,
} from './directory-members.ts';
import {
  type StationsReader,
  type StationsWriter,
  stationsReader,
  stationsWriter,
} from './directory-stations.ts';
import type { Schema } from './schema.ts';

/** Members, stations, and what is told them. */
export type DirectoryReader = CommandReader & MembersReader & StationsReader;
export type DirectoryWriter = CommandWriter & MembersWriter & StationsWriter;

export const directoryReader = (db: Kysely<Schema>, dialect: Dialect): DirectoryReader => ({
  ...commandReader(db),
  ...membersReader(db, dialect),
  ...stationsReader(db),
});

export const directoryWriter = (db: Kysely<Schema>, dialect: Dialect): DirectoryWriter => ({
  ...commandWriter(db),
  ...membersWriter(db, dialect),
  ...stationsWriter(db),
});
