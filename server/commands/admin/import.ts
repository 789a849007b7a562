import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { err, ok } from '../../../common/result.ts';
import { flag, path } from '../../config/field.ts';
import { readCsv } from '../../directory-csv.ts';
import { fieldsOf, rowOf } from '../../directory-members.ts';
import { type LineFate, planImport } from '../../domain/directory-import.ts';
import { adminChange } from './admin.ts';

/** Lines of refusals that are printed for people; --json has them all. */
const SHOWN = 50;

export const memberImport = adminChange({
  name: 'member import',
  about:
    'Adds and changes members from a CSV file. Members that the file does not name stay as they are.',
  options: { file: path('a CSV file'), dryRun: flag, partial: flag },
  positional: 'file',
  async run(tx, { file, dryRun, partial }) {
    const csv = await readFile(file).then(readCsv, (error: unknown) =>
      err(`cannot be read: ${error instanceof Error ? error.message : String(error)}`),
    );
    if (!csv.ok) return err(`--file is "${file}", which ${csv.error}.`);
    const known = await tx.memberRows();
    const idOf = new Map(known.map((row) => [row.external_id, row.id]));
    const plan = planImport(csv.value.header, csv.value.lines, {
      byExternalId: new Map(known.map((row) => [row.external_id ?? '', fieldsOf(row)])),
      groups: new Set(await tx.groups()),
    });
    if ('problem' in plan) return err(`--file is "${file}": ${plan.problem}.`);
    const report = told(plan, dryRun);
    const refused = plan.filter(({ fate }) => fate === 'refused').length;
    if (refused > 0 && !partial && !dryRun) {
      return err(`${report.text}\nNothing was changed. --partial takes the other lines.`);
    }
    if (dryRun) return ok({ ...report, deeds: [] });
    const changes = { added: 0, changed: 0 };
    const rows = plan.flatMap((one) => {
      if (one.fate !== 'added' && one.fate !== 'changed') return [];
      changes[one.fate]++;
      return [rowOf(idOf.get(one.externalId) ?? randomUUID(), one.fields)];
    });
    await tx.putMembers(rows);
    const deed = { action: 'member.import', target: 'members', detail: { ...changes, refused } };
    return ok({ ...report, deeds: changes.added + changes.changed > 0 ? [deed] : [] });
  },
});

function told(plan: readonly LineFate[], dryRun: boolean) {
  const counts = { added: 0, changed: 0, unchanged: 0, refused: 0 };
  const refusals: string[] = [];
  for (const one of plan) {
    counts[one.fate]++;
    if (one.fate === 'refused') refusals.push(`line ${one.line}: ${one.column} ${one.reason}`);
  }
  const more = refusals.length - SHOWN;
  const summary = Object.entries(counts)
    .map(([fate, count]) => `${count} ${fate}`)
    .join(', ');
  return {
    text: [
      ...refusals.slice(0, SHOWN),
      ...(more > 0 ? [`and ${more} more: see --dry-run --json`] : []),
      `${dryRun ? 'Would be: ' : ''}${summary}`,
    ].join('\n'),
    json: {
      dryRun,
      ...counts,
      lines: plan.map((one) =>
        one.fate === 'refused'
          ? one
          : { fate: one.fate, line: one.line, externalId: one.externalId },
      ),
    },
  };
}
