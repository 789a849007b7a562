/** What is needed of a member to show a name. */
export interface Named {
  readonly givenName: string;
  readonly familyName: string;
  readonly title?: string | undefined;
}

/** The name as people read it: "Dr. Chen Wei", "Maria Lopez". */
export const shownName = (member: Named): string =>
  [member.title, member.givenName, member.familyName].filter(Boolean).join(' ');
