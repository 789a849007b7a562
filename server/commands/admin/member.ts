import { randomUUID } from 'node:crypto';
import { type Result, err, ok } from '../../../common/result.ts';
import { flag, optional, text } from '../../config/field.ts';
import { fieldsOf, rowOf } from '../../directory-members.ts';
import {
  type MemberFields,
  consoleRoles,
  memberFields,
  sameFields,
} from '../../domain/directory-import.ts';
import type { MemberRow } from '../../store/directory-members.ts';
import type { Store, Transaction } from '../../store/store.ts';
import { adminChange, adminView } from './admin.ts';
import { table } from './table.ts';

const member = text('the id or the external id of a member', 80);
const names = {
  givenName: text('a given name', 60),
  familyName: text('a family name', 60),
  role: text('what they do, such as Nurse', 60),
};
const extras = {
  title: optional(text('a title, such as Dr.', 20)),
  externalId: optional(text('an id in the practice’s own staff system', 60)),
  groups: optional(text('names of station groups, separated by semicolons, or * for all', 4096)),
  consoleRoles: optional(text(`${consoleRoles.join(', ')}, separated by semicolons, or none`, 200)),
};

export const memberList = adminView({
  name: 'member list',
  about: 'Lists the members.',
  options: { inactive: flag },
  async run(read, { inactive }) {
    const members = (await read.memberRows())
      .map((row) => ({ id: row.id, ...fieldsOf(row) }))
      .filter(({ active }) => active || inactive);
    const rows = members.map((one) => ({
      id: one.id,
      externalId: one.externalId,
      name: [one.title, one.givenName, one.familyName].filter(Boolean).join(' '),
      role: one.role,
      active: one.active,
      groups: one.groups,
      consoleRoles: one.consoleRoles,
    }));
    return ok({ text: table(rows), json: { members } });
  },
});

export const memberAdd = adminChange({
  name: 'member add',
  about: 'Adds a member.',
  options: { ...names, ...extras },
  async run(tx, given) {
    const start = { active: true, groups: 'everywhere', consoleRoles: [] } as const;
    return save(tx, randomUUID(), undefined, { ...start, ...changesOf(given) }, 'member.add');
  },
});

export const memberChange = adminChange({
  name: 'member change',
  about: 'Changes what is known of a member.',
  options: {
    member,
    givenName: optional(names.givenName),
    familyName: optional(names.familyName),
    role: optional(names.role),
    ...extras,
  },
  positional: 'member',
  async run(tx, { member: said, ...given }) {
    const found = await findMember(tx, said);
    if (!found.ok) return found;
    const before = fieldsOf(found.value);
    return save(tx, found.value.id, before, { ...before, ...changesOf(given) }, 'member.change');
  },
});

const switchTo = (active: boolean) =>
  adminChange({
    name: `member ${active ? 'enable' : 'disable'}`,
    about: active
      ? 'Lets a member in again.'
      : 'Lets a member in no longer; their sessions end at every station that is online.',
    options: { member },
    positional: 'member',
    async run(tx, { member: said }) {
      const found = await findMember(tx, said);
      if (!found.ok) return found;
      const before = fieldsOf(found.value);
      const action = active ? 'member.enable' : 'member.disable';
      return save(tx, found.value.id, before, { ...before, active }, action);
    },
  });
export const memberEnable = switchTo(true);
export const memberDisable = switchTo(false);

async function save(
  tx: Transaction,
  id: string,
  before: MemberFields | undefined,
  wanted: object,
  action: string,
) {
  const parsed = memberFields.safeParse(wanted);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return err(`${optionNamed(String(issue?.path[0]))} is not taken: ${issue?.message}.`);
  }
  const fields = parsed.data;
  const known = await tx.groups();
  const foreign =
    fields.groups === 'everywhere' ? undefined : fields.groups.find((one) => !known.includes(one));
  if (foreign !== undefined) {
    return err(`--groups has "${foreign}"; allowed are ${known.join('; ')}, or * for all.`);
  }
  const { externalId } = fields;
  const [twin] = externalId === undefined ? [] : await tx.memberRows([externalId]);
  if (twin !== undefined && twin.id !== id) {
    return err(`--external-id is "${externalId}", which another member has; allowed is a new one.`);
  }
  const isSame = before !== undefined && sameFields(before, fields);
  if (!isSame) await tx.putMembers([rowOf(id, fields)]);
  return ok({
    text: `${fields.givenName} ${fields.familyName} (${id}): ${isSame ? 'unchanged' : action.slice('member.'.length)}`,
    json: { id, changed: !isSame, ...fields },
    deeds: isSame ? [] : [{ action, target: id }],
  });
}

const optionNamed = (field: string): string =>
  `--${field.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

const plain = ['givenName', 'familyName', 'role', 'title', 'externalId'] as const;

/** Only what was given. Lists are taken apart. */
function changesOf(given: {
  readonly [K in (typeof plain)[number] | 'groups' | 'consoleRoles']?: string | undefined;
}): object {
  const { groups, consoleRoles: roles } = given;
  const list = (said: string) => said.split(';').map((one) => one.trim());
  const said = plain.filter((name) => given[name] !== undefined);
  return {
    ...Object.fromEntries(said.map((name) => [name, given[name]])),
    ...(groups === undefined ? {} : { groups: groups === '*' ? 'everywhere' : list(groups) }),
    ...(roles === undefined ? {} : { consoleRoles: roles === 'none' ? [] : list(roles) }),
  };
}

/** A member by id or external id. */
export async function findMember(
  read: Store['read'],
  said: string,
): Promise<Result<MemberRow, string>> {
  const [first] = await read.memberRows([said]);
  return first === undefined
    ? err(
        `The member is "${said}"; allowed is the id or external id of one: see admin member list.`,
      )
    : ok(first);
}
