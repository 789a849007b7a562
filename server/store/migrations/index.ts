import type { Ddl } from '../dialect.ts';
import { firstLight } from './0001-first-light.ts';
import { accessShards } from './0002-access-shards.ts';
import { stationCommands } from './0003-station-commands.ts';
import { spentNonces } from './0004-spent-nonces.ts';
import { ledger } from './0005-ledger.ts';
import { directory } from './0006-directory.ts';
import { epochsAndBoots } from './0007-epochs-and-boots.ts';
import { eventSearch } from './0008-event-search.ts';
import { retention } from './0009-retention.ts';
import { grace } from './0010-grace.ts';

/**
 * What brings a database from each schema to the next, in the order of the names. Forward only; a released
 * one is never edited: add the next number.
 */
export const migrations: Readonly<Record<string, (ddl: Ddl) => readonly string[]>> = {
  '0001-first-light': firstLight,
  '0002-access-shards': accessShards,
  '0003-station-commands': stationCommands,
  '0004-spent-nonces': spentNonces,
  '0005-ledger': ledger,
  '0006-directory': directory,
  '0007-epochs-and-boots': epochsAndBoots,
  '0008-event-search': eventSearch,
  '0009-retention': retention,
  '0010-grace': grace,
};
