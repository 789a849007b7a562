import { type Insertable, type Kysely, type Selectable, sql } from 'kysely';
import type { Dialect } from './dialect.ts';
import type { Schema } from './schema.ts';

export type MemberRow = Selectable<Schema['members']> & {
  /** Groups whose stations they may use, where not all. */
  readonly groups: readonly string[];
};
export type CredentialRow = Selectable<Schema['credentials']>;
export type GroupRow = Selectable<Schema['station_groups']>;

export interface MembersReader {
  /** All of them, by family name; or those with one of these ids or external ids. */
  memberRows(ids?: readonly string[]): Promise<readonly MemberRow[]>;
  credentialRows(member?: string): Promise<readonly CredentialRow[]>;
  groupRows(): Promise<readonly GroupRow[]>;
}

export interface NewMember {
  readonly row: Insertable<Schema['members']>;
  readonly groups: readonly string[];
}

/** Rows per INSERT: nine columns each, and a statement takes 32,766 parameters in SQLite. */
const CHUNK = 1000;

export interface MembersWriter {
  /** Adds members, or replaces what is known of them. */
  putMembers(members: readonly NewMember[]): Promise<void>;
  addCredential(row: Insertable<Schema['credentials']>): Promise<void>;
  setCredential(id: string, change: Pick<CredentialRow, 'active' | 'fate'>): Promise<void>;
  addGroup(row: Schema['station_groups']): Promise<void>;
}

export function membersReader(db: Kysely<Schema>, { oneOf }: Dialect): MembersReader {
  return {
    async memberRows(ids) {
      const all = db.selectFrom('members').selectAll();
      const wanted =
        ids === undefined
          ? all
          : all.where((eb) =>
              eb.or([
                sql<boolean>`${oneOf('id', ids)}`,
                sql<boolean>`${oneOf('external_id', ids)}`,
              ]),
            );
      const rows = await wanted
        .orderBy('family_name')
        .orderBy('given_name')
        .orderBy('id')
        .execute();
      const groups = new Map<string, string[]>();
      for (const { member, group_name: name } of await db
        .selectFrom('member_groups')
        .selectAll()
        .orderBy('group_name')
        .execute()) {
        groups.set(member, [...(groups.get(member) ?? []), name]);
      }
      return rows.map((row) => ({ ...row, groups: groups.get(row.id) ?? [] }));
    },
    credentialRows(member) {
      const all = db.selectFrom('credentials').selectAll();
      return (member === undefined ? all : all.where('member', '=', member))
        .orderBy('member')
        .orderBy('id')
        .execute();
    },
    groupRows: () => db.selectFrom('station_groups').selectAll().orderBy('name').execute(),
  };
}

export function membersWriter(db: Kysely<Schema>, { oneOf }: Dialect): MembersWriter {
  return {
    async putMembers(members) {
      for (let from = 0; from < members.length; from += CHUNK) {
        const some = members.slice(from, from + CHUNK);
        await db
          .insertInto('members')
          .values(some.map(({ row }) => row))
          .onConflict((oc) =>
            oc.column('id').doUpdateSet((eb) => ({
              given_name: eb.ref('excluded.given_name'),
              family_name: eb.ref('excluded.family_name'),
              title: eb.ref('excluded.title'),
              role: eb.ref('excluded.role'),
              active: eb.ref('excluded.active'),
              external_id: eb.ref('excluded.external_id'),
              everywhere: eb.ref('excluded.everywhere'),
              console_roles: eb.ref('excluded.console_roles'),
            })),
          )
          .execute();
        const ids = some.map(({ row }) => row.id);
        await db.deleteFrom('member_groups').where(oneOf('member', ids)).execute();
      }
      const places = members.flatMap(({ row, groups }) =>
        groups.map((name) => ({ member: row.id, group_name: name })),
      );
      for (let from = 0; from < places.length; from += CHUNK) {
        const some = places.slice(from, from + CHUNK);
        await db.insertInto('member_groups').values(some).execute();
      }
    },
    addCredential: async (row) => void (await db.insertInto('credentials').values(row).execute()),
    setCredential: async (id, change) =>
      void (await db.updateTable('credentials').set(change).where('id', '=', id).execute()),
    addGroup: async (row) => void (await db.insertInto('station_groups').values(row).execute()),
  };
}
