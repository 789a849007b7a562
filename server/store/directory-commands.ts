import { randomUUID } from 'node:crypto';
import type { Insertable, Kysely, Selectable } from 'kysely';
import { type CommandAnswer, MAX_COMMANDS } from '../../common/command.ts';
import type { Schema } from './schema.ts';

export type CommandRow = Selectable<Schema['commands']>;

export interface CommandReader {
  /** A station's unanswered commands after this number that have not expired; ascending, one sheet of them. */
  openCommands(station: string, after: number, now: string): Promise<readonly CommandRow[]>;
  /** Largest number of an open command, for each station that has one. */
  openCommandNumbers(now: string): Promise<readonly { station: string; number: number }[]>;
  /** Version of the newest snapshot of each group. */
  newestVersions(): Promise<readonly { group: string; version: number }[]>;
  command(station: string, number: number): Promise<CommandRow | undefined>;
  /** What was done from the command line, newest first. */
  adminActions(limit: number): Promise<readonly Selectable<Schema['admin_actions']>[]>;
}

export interface CommandWriter {
  /** Takes the station's next number; undefined = no such station. */
  nextCommandNumber(station: string): Promise<number | undefined>;
  /** The station has carried out this number: the next one is larger, also after a restored backup. */
  raiseCommandNumber(station: string, number: number): Promise<void>;
  addCommand(row: Omit<Insertable<Schema['commands']>, 'outcome' | 'answered_at'>): Promise<void>;
  answerCommand(station: string, answer: CommandAnswer, at: string): Promise<void>;
  /** Replaces parts of a station group; JSON values. */
  setGroup(
    name: string,
    change: { readonly policy?: object; readonly apps?: object },
  ): Promise<boolean>;
  addAdminAction(
    who: string,
    deed: { readonly action: string; readonly target: string; readonly detail?: object },
    now: number,
  ): Promise<void>;
}

export function commandReader(db: Kysely<Schema>): CommandReader {
  return {
    openCommands: (station, after, now) =>
      db
        .selectFrom('commands')
        .selectAll()
        .where('station', '=', station)
        .where('number', '>', after)
        .where('outcome', 'is', null)
        .where('expires_at', '>', now)
        .orderBy('number')
        .limit(MAX_COMMANDS)
        .execute(),
    openCommandNumbers: (now) =>
      db
        .selectFrom('commands')
        .select(['station', (eb) => eb.fn.max('number').as('number')])
        .where('outcome', 'is', null)
        .where('expires_at', '>', now)
        .groupBy('station')
        .execute(),
    newestVersions: () =>
      db
        .selectFrom('snapshots')
        .select(['group_name as group', (eb) => eb.fn.max('version').as('version')])
        .groupBy('group_name')
        .execute(),
    command: (station, number) =>
      db
        .selectFrom('commands')
        .selectAll()
        .where('station', '=', station)
        .where('number', '=', number)
        .executeTakeFirst(),
    adminActions: (limit) =>
      db
        .selectFrom('admin_actions')
        .selectAll()
        .orderBy('at', 'desc')
        .orderBy('id', 'desc')
        .limit(limit)
        .execute(),
  };
}

export function commandWriter(db: Kysely<Schema>): CommandWriter {
  return {
    async nextCommandNumber(station) {
      const row = await db
        .updateTable('stations')
        .set((eb) => ({ command_number: eb('command_number', '+', 1) }))
        .where('id', '=', station)
        .returning('command_number')
        .executeTakeFirst();
      return row?.command_number;
    },
    raiseCommandNumber: async (station, number) =>
      void (await db
        .updateTable('stations')
        .set({ command_number: number })
        .where('id', '=', station)
        .where('command_number', '<', number)
        .execute()),
    addCommand: async (row) => void (await db.insertInto('commands').values(row).execute()),
    answerCommand: async (station, { number, outcome }, at) =>
      void (await db
        .updateTable('commands')
        .set({ outcome, answered_at: at })
        .where('station', '=', station)
        .where('number', '=', number)
        .where('outcome', 'is', null)
        .execute()),
    async setGroup(name, { policy, apps }) {
      const { numUpdatedRows } = await db
        .updateTable('station_groups')
        .set({
          ...(policy === undefined ? {} : { policy: JSON.stringify(policy) }),
          ...(apps === undefined ? {} : { apps: JSON.stringify(apps) }),
        })
        .where('name', '=', name)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    addAdminAction: async (who, { action, target, detail = {} }, now) =>
      void (await db
        .insertInto('admin_actions')
        .values({
          id: randomUUID(),
          at: new Date(now).toISOString(),
          who,
          action,
          target,
          detail: JSON.stringify(detail),
        })
        .execute()),
  };
}
