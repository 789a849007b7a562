import { readFile } from 'node:fs/promises';
import { type Result, err, ok } from '../../../common/result.ts';
import { clinicalApp, policy } from '../../../common/policy.ts';
import { path, text } from '../../config/field.ts';
import { describeIssues, hostAtRpId, stationGroup } from '../../practice.ts';
import { adminChange, adminView } from './admin.ts';
import { table } from './table.ts';

const group = text('the name of a station group', 60);
const file = path('a JSON file');

export const groupList = adminView({
  name: 'group list',
  about: 'Lists the station groups with their policy and apps.',
  options: {},
  async run(read) {
    const versions = new Map((await read.newestVersions()).map((one) => [one.group, one.version]));
    const groups = (await read.groupRows()).map((row) => ({
      name: row.name,
      version: versions.get(row.name) ?? 0,
      policy: policy.parse(JSON.parse(row.policy)),
      apps: clinicalApp.array().parse(JSON.parse(row.apps)),
    }));
    const rows = groups.map(({ name, version, apps }) => ({
      name,
      version,
      apps: apps.map((app) => app.id),
    }));
    return ok({ text: table(rows), json: { groups } });
  },
});

export const groupAdd = adminChange({
  name: 'group add',
  about: 'Adds a station group, with the default policy and no apps.',
  options: { group },
  positional: 'group',
  async run(tx, { group: name }) {
    if ((await tx.groups()).includes(name)) {
      return err(`The group is "${name}", which is there already; allowed is a new name.`);
    }
    const added = stationGroup.parse({ name, policy: {}, apps: [] });
    await tx.addGroup({ name, policy: JSON.stringify(added.policy), apps: '[]' });
    return ok({
      text: `${name}: added`,
      json: { group: name },
      deeds: [{ action: 'group.add', target: name }],
    });
  },
});

const replacing = (part: 'policy' | 'apps', about: string) =>
  adminChange({
    name: `group ${part}`,
    about,
    options: { group, file },
    positional: 'group',
    async run(tx, { group: name, file: from }) {
      const value = await readJson(from);
      if (!value.ok) return value;
      const start = { name, policy: {}, apps: [] };
      const parsed = stationGroup.safeParse({ ...start, [part]: value.value });
      if (!parsed.success) return err(`${from}: ${describeIssues(parsed.error.issues)}`);
      const rpId = (await tx.practice())?.rp_id ?? '';
      for (const app of parsed.data.apps) {
        const host = hostAtRpId(app, rpId);
        if (host !== undefined)
          return err(`${from}: ${app.id} must not be at the RP ID, and ${host} is.`);
      }
      if (!(await tx.setGroup(name, { [part]: parsed.data[part] }))) {
        const known = (await tx.groups()).join(', ');
        return err(`The group is "${name}"; allowed is one of ${known}.`);
      }
      return ok({
        text: `${name}: ${part} replaced`,
        json: { group: name, [part]: parsed.data[part] },
        deeds: [{ action: `group.${part}`, target: name }],
      });
    },
  });
export const groupPolicy = replacing('policy', 'Replaces the policy of a station group.');
export const groupApps = replacing('apps', 'Replaces the clinical apps of a station group.');

async function readJson(from: string): Promise<Result<unknown, string>> {
  try {
    return ok(JSON.parse(await readFile(from, 'utf8')));
  } catch (error) {
    return err(`--file is "${from}", which cannot be read as JSON: ${String(error)}`);
  }
}
