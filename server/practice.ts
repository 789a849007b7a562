import * as z from 'zod';
import { credential, member } from '../common/directory.ts';
import { type ClinicalApp, clinicalApp, policy } from '../common/policy.ts';
import { shownText } from '../common/shown-text.ts';
import { fieldPath } from './domain/field-path.ts';

export const stationGroup = z.strictObject({
  name: shownText(60),
  policy,
  apps: z.array(clinicalApp).max(12),
});

/** An RP ID as WebAuthn takes it: a host name in lower case. */
export const HOST_NAME = /^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$/;

/** practice.json: what `seed` loads into an empty server. */
export const practiceFile = z
  .strictObject({
    /** Name of the practice, as shown. */
    practice: shownText(120),
    /** WebAuthn RP ID: permanent once keys are enrolled. */
    rpId: z.string().regex(HOST_NAME, 'a host name in lower case'),
    groups: z.array(stationGroup).min(1).max(1000),
    members: z.array(member).max(100_000),
    credentials: z.array(credential).max(200_000),
  })
  .check(({ value, issues }) => {
    const members = new Set(value.members.map((one) => one.id));
    const repeated = (list: readonly string[], path: string, field: string) => {
      const seen = new Set<string>();
      for (const [index, key] of list.entries()) {
        if (seen.has(key)) {
          issues.push({
            code: 'custom',
            input: key,
            path: [path, index, field],
            message: `stands there twice: ${key}`,
          });
        }
        seen.add(key);
      }
    };
    repeated(
      value.groups.map((one) => one.name),
      'groups',
      'name',
    );
    repeated(
      value.members.map((one) => one.id),
      'members',
      'id',
    );
    repeated(
      value.credentials.map((one) => one.id),
      'credentials',
      'id',
    );
    for (const [index, one] of value.credentials.entries()) {
      if (members.has(one.member)) continue;
      issues.push({
        code: 'custom',
        input: one.member,
        path: ['credentials', index, 'member'],
        message: 'is not the id of a member in this file',
      });
    }
    for (const [g, group] of value.groups.entries()) {
      for (const [a, app] of group.apps.entries()) {
        const host = hostAtRpId(app, value.rpId);
        if (host === undefined) continue;
        issues.push({
          code: 'custom',
          input: host,
          path: ['groups', g, 'apps', a],
          message: `must not be at the RP ID: ${host}`,
        });
      }
    }
  });
export type Practice = z.infer<typeof practiceFile>;

/**
 * The host of an app's address or list that is the RP ID or below it, at whatever port: WebAuthn lets a page there ask
 * the keys in the practice's name. A practice at `localhost` is a demonstration: its other ports are other programs.
 */
export function hostAtRpId(
  { url, allowedHosts }: Pick<ClinicalApp, 'url' | 'allowedHosts'>,
  rpId: string,
): string | undefined {
  return [new URL(url).host, ...allowedHosts].find((given) => {
    const host = given.toLowerCase();
    const name = rpId === 'localhost' ? host : host.replace(/:\d*$/, '');
    return name === rpId || name.endsWith(`.${rpId}`);
  });
}

/** One line an issue: `groups[0].policy.idleLockSeconds: Too big: expected number to be <=900`. */
export const describeIssues = (issues: readonly z.core.$ZodIssue[]): string =>
  issues.map((issue) => `${fieldPath(issue.path) || '(whole file)'}: ${issue.message}`).join('\n');
