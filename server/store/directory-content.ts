import type { Kysely, Selectable } from 'kysely';
import type { Credential, DirectorySnapshot, Member } from '../../common/directory.ts';
import { clinicalApp, policy } from '../../common/policy.ts';
import type { Schema } from './schema.ts';

/** What a snapshot holds apart from its version and date. */
export type DirectoryContent = Omit<DirectorySnapshot, 'v' | 'version' | 'issuedAt'>;

/**
 * What the stations of a group need to know, and no more: active members who may use them, and those
 * members' active credentials. Whoever is not in it cannot get in, and their sessions end.
 */
export async function directoryContent(
  db: Kysely<Schema>,
  group: string,
): Promise<DirectoryContent | undefined> {
  const practice = await db.selectFrom('practice').selectAll().executeTakeFirst();
  const row = await db
    .selectFrom('station_groups')
    .selectAll()
    .where('name', '=', group)
    .executeTakeFirst();
  if (practice === undefined || row === undefined) return undefined;
  const here = db
    .selectFrom('members')
    .where('active', '=', 1)
    .where((eb) =>
      eb.or([
        eb('everywhere', '=', 1),
        eb(
          'members.id',
          'in',
          eb.selectFrom('member_groups').select('member').where('group_name', '=', group),
        ),
      ]),
    );
  const members = await here.selectAll().orderBy('id').execute();
  const credentials = await db
    .selectFrom('credentials')
    .selectAll()
    .where('active', '=', 1)
    .where('member', 'in', here.select('members.id'))
    .orderBy('id')
    .execute();
  return {
    group,
    rpId: practice.rp_id,
    members: members.map(toMember),
    credentials: credentials.map(toCredential),
    policy: policy.parse(JSON.parse(row.policy)),
    apps: clinicalApp.array().parse(JSON.parse(row.apps)),
  };
}

export const toMember = (row: Selectable<Schema['members']>): Member => ({
  id: row.id,
  givenName: row.given_name,
  familyName: row.family_name,
  ...(row.title === null ? {} : { title: row.title }),
  role: row.role,
  active: row.active === 1,
  ...(isAdministrator(row) ? { administrator: true } : {}),
});

const isAdministrator = ({ console_roles: roles }: Selectable<Schema['members']>): boolean =>
  (JSON.parse(roles) as readonly unknown[]).includes('administrator');

export const toCredential = (row: Selectable<Schema['credentials']>): Credential => ({
  id: row.id,
  member: row.member,
  publicKey: row.public_key,
  userHandle: row.user_handle,
  counter: row.counter,
  active: row.active === 1,
});
