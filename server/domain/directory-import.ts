import * as z from 'zod';
import { shownText } from '../../common/shown-text.ts';

export const consoleRoles = ['administrator', 'security-officer', 'auditor'] as const;
export const consoleRole = z.enum(consoleRoles);

/**
 * A name that can also stand in a spreadsheet: nothing in front that makes one calculate
 * (https://owasp.org/www-community/attacks/CSV_Injection), and no blanks around it.
 */
const cellText = (max: number) =>
  shownText(max)
    .regex(/^[^\s=+\-@]/u, 'must not begin with a blank, =, +, - or @')
    .regex(/\S$/u, 'must not end with a blank');

/** What is known of a member, apart from their id. */
export const memberFields = z.strictObject({
  externalId: cellText(60).optional(),
  givenName: cellText(60),
  familyName: cellText(60),
  title: cellText(20).optional(),
  role: cellText(60),
  active: z.boolean(),
  /** Groups whose stations they may use; `everywhere` = all, also those that come later. */
  groups: z.union([z.literal('everywhere'), z.array(z.string()).readonly()]),
  consoleRoles: z.array(consoleRole).readonly(),
});
export type MemberFields = z.infer<typeof memberFields>;

/** Columns of the file, by their header. Those with a * must be there. */
const columns = {
  external_id: 'externalId',
  given_name: 'givenName',
  family_name: 'familyName',
  title: 'title',
  role: 'role',
  active: 'active',
  groups: 'groups',
  console_roles: 'consoleRoles',
} as const;
type Column = keyof typeof columns;
const required = ['external_id', 'given_name', 'family_name', 'role'] as const;
const columnNames = Object.keys(columns).join(', ');
const isColumn = (name: string): name is Column => Object.hasOwn(columns, name);

export interface Line {
  /** Of the file, from 1; where it ends, if it is more than one. */
  readonly line: number;
  readonly cells: readonly string[];
}

export type LineFate =
  | {
      readonly fate: 'added' | 'changed' | 'unchanged';
      readonly line: number;
      readonly externalId: string;
      readonly fields: MemberFields;
    }
  | {
      readonly fate: 'refused';
      readonly line: number;
      readonly externalId?: string;
      readonly column: string;
      readonly reason: string;
    };

export interface Known {
  readonly byExternalId: ReadonlyMap<string, MemberFields>;
  readonly groups: ReadonlySet<string>;
}

/** What becomes of each line. A column that the file does not have leaves what is known as it is. */
export function planImport(
  header: readonly string[],
  lines: readonly Line[],
  known: Known,
): readonly LineFate[] | { readonly problem: string } {
  const problem = headerProblem(header);
  if (problem !== undefined) return { problem };
  const seen = new Map<string, number>();
  return lines.map(({ line, cells }): LineFate => {
    const refused = (column: string, reason: string, externalId?: string): LineFate => ({
      fate: 'refused',
      line,
      column,
      reason,
      ...(externalId === undefined ? {} : { externalId }),
    });
    if (cells.length !== header.length) {
      return refused('(line)', `has ${cells.length} cells where the header has ${header.length}`);
    }
    const row = new Map(header.map((name, index) => [name, cells[index]?.trim() ?? '']));
    const externalId = row.get('external_id') ?? '';
    const before = known.byExternalId.get(externalId);
    const read = readLine(row, before, known.groups);
    if ('column' in read) return refused(read.column, read.reason, externalId);
    const first = seen.get(externalId);
    if (first !== undefined)
      return refused('external_id', `stands in line ${first} too`, externalId);
    seen.set(externalId, line);
    const fate =
      before === undefined ? 'added' : sameFields(before, read) ? 'unchanged' : 'changed';
    return { fate, line, externalId, fields: read };
  });
}

function headerProblem(header: readonly string[]): string | undefined {
  for (const [index, name] of header.entries()) {
    if (!isColumn(name)) {
      return `the header has "${name}"; allowed are ${columnNames}`;
    }
    if (header.indexOf(name) !== index) return `the header has "${name}" twice`;
  }
  const missing = required.find((name) => !header.includes(name));
  return missing === undefined
    ? undefined
    : `the header has no ${missing}; allowed are ${columnNames}, and ${required.join(', ')} must be there`;
}

const flags: Readonly<Record<string, boolean>> = {
  yes: true,
  true: true,
  '1': true,
  no: false,
  false: false,
  '0': false,
};

function readLine(
  row: ReadonlyMap<string, string>,
  before: MemberFields | undefined,
  groups: ReadonlySet<string>,
): MemberFields | { readonly column: string; readonly reason: string } {
  const list = (column: Column) => splitList(row.get(column) ?? '');
  const active = row.get('active');
  if (active !== undefined && flags[active.toLowerCase()] === undefined) {
    return { column: 'active', reason: `is "${active}"; allowed are yes and no` };
  }
  const wanted = row.has('groups') ? list('groups') : undefined;
  const foreign = wanted?.find((name) => name !== '*' && !groups.has(name));
  if (foreign !== undefined) {
    return { column: 'groups', reason: `has "${foreign}", which is no station group` };
  }
  const title = row.has('title') ? row.get('title') || undefined : before?.title;
  const parsed = memberFields.safeParse({
    externalId: row.get('external_id'),
    givenName: row.get('given_name'),
    familyName: row.get('family_name'),
    ...(title === undefined ? {} : { title }),
    role: row.get('role'),
    active: active === undefined ? (before?.active ?? true) : flags[active.toLowerCase()],
    groups:
      wanted === undefined
        ? (before?.groups ?? 'everywhere')
        : wanted.includes('*')
          ? 'everywhere'
          : wanted,
    consoleRoles: row.has('console_roles') ? list('console_roles') : (before?.consoleRoles ?? []),
  });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = String(issue?.path[0]);
  const column = Object.entries(columns).find(([, name]) => name === field)?.[0] ?? field;
  return { column, reason: issue?.message ?? 'is not of the agreed form' };
}

/** Several values in one cell are separated by semicolons. */
const splitList = (cell: string): string[] => [
  ...new Set(
    cell
      .split(';')
      .map((one) => one.trim())
      .filter((one) => one !== ''),
  ),
];

/** The order of groups and roles says nothing. */
export function sameFields(a: MemberFields, b: MemberFields): boolean {
  const plain = ({ groups, consoleRoles: roles, ...rest }: MemberFields) =>
    JSON.stringify([
      Object.entries(rest).toSorted(([x], [y]) => (x < y ? -1 : 1)),
      typeof groups === 'string' ? groups : [...groups].toSorted(),
      [...roles].toSorted(),
    ]);
  return plain(a) === plain(b);
}
