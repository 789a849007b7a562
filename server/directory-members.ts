import * as z from 'zod';
import { type MemberFields, consoleRole } from './domain/directory-import.ts';
import type { MemberRow, NewMember } from './store/directory-members.ts';

const roles = z.array(consoleRole);

export const fieldsOf = (row: MemberRow): MemberFields => ({
  ...(row.external_id === null ? {} : { externalId: row.external_id }),
  givenName: row.given_name,
  familyName: row.family_name,
  ...(row.title === null ? {} : { title: row.title }),
  role: row.role,
  active: row.active === 1,
  groups: row.everywhere === 1 ? 'everywhere' : row.groups,
  consoleRoles: roles.parse(JSON.parse(row.console_roles)),
});

/** The row of a member, for `putMembers`. */
export const rowOf = (id: string, member: MemberFields): NewMember => ({
  row: {
    id,
    given_name: member.givenName,
    family_name: member.familyName,
    title: member.title ?? null,
    role: member.role,
    active: member.active ? 1 : 0,
    external_id: member.externalId ?? null,
    everywhere: member.groups === 'everywhere' ? 1 : 0,
    console_roles: JSON.stringify(member.consoleRoles),
  },
  groups: member.groups === 'everywhere' ? [] : member.groups,
});
