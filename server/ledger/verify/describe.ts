import { toBase64 } from '../../../common/bytes.ts';
import type { NoteFault } from '../../../common/signed-note.ts';
import { mergeRuns } from '../removal.ts';
import { type Finding, findings } from './finding.ts';
import type { Trust } from '../../../common/trust.ts';
import { type Report, isGood } from './verify-export.ts';

const faults: Record<NoteFault, string> = {
  'not-a-note': 'is no checkpoint',
  'not-signed': "is not signed by this export's server",
  'bad-signature': 'is not what the server signed: it was edited',
};

const trusts: Record<Trust, string> = {
  holds: 'holds: nothing up to there was changed since',
  'cut-off': 'does not hold: this export lacks events that were there',
  rewritten: 'does not hold: events up to there were another',
  'other-log': 'is of a log that this export does not continue',
  'lost-in-restore':
    'is of a part that was lost when the server was restored; the new origin names it',
};

/** The report for a person: what was checked, what failed first, and what nobody could check. */
export function describeReport(report: Report): string {
  const { checkpoint, finding, trusted } = report;
  const lines = [
    `${report.events} events in ${report.journals} journals; the keys of ${report.accesses} accesses verified again.`,
  ];
  if (report.unproven + report.disputed > 0) {
    lines.push(
      `Flagged by the server itself: ${report.unproven} unproven accesses, ${report.disputed} disputed events.`,
    );
  }
  if (report.removed > 0) lines.push(...describeRemovals(report));
  if (checkpoint.ok) {
    const { origin, size, root } = checkpoint.value;
    lines.push(`Checkpoint: ${origin}, ${size} entries, root ${toBase64(root)}`);
    if (!report.isTreeWhole) lines.push('FAILED: the leaf hashes do not make this root.');
  } else lines.push(`FAILED: the checkpoint ${faults[checkpoint.error]}.`);
  if (finding !== undefined) lines.push(`FAILED: ${describeFinding(finding)}`);
  for (const { name, size, verdict } of trusted) {
    const what = verdict in trusts ? trusts[verdict as Trust] : faults[verdict as NoteFault];
    lines.push(`Trusted checkpoint ${name}${size === undefined ? '' : ` (${size})`} ${what}.`);
  }
  if (trusted.length === 0) {
    lines.push(
      'No trusted checkpoint was given: this shows that the export agrees with itself and with the keys of its ' +
        'members, not that its newest events are the ones that were there. Give one with --checkpoint.',
    );
  }
  lines.push(isGood(report) ? 'VERIFIED' : 'NOT VERIFIED');
  return lines.join('\n');
}

/** So many runs of leaves are written out. */
const SHOWN_RUNS = 8;

function describeRemovals({ removed, removals }: Report): string[] {
  const policies = [...new Set(removals.map(({ keepDays }) => keepDays))];
  return [
    `Retention has removed the bodies of ${removed} events; their hashes are in the tree and in the chains.`,
    ...policies.map((keepDays) => {
      const some = removals.filter((one) => one.keepDays === keepDays);
      const runs = mergeRuns(some.flatMap((one) => one.runs));
      const shown = runs
        .slice(0, SHOWN_RUNS)
        .map(({ leaf, entries }) => (entries === 1 ? `${leaf}` : `${leaf}-${leaf + entries - 1}`));
      const more = runs.length - shown.length;
      const dates = some.map(({ at }) => at.slice(0, 10)).toSorted();
      return (
        `  Kept for ${keepDays} days; removed from ${dates[0]} to ${dates.at(-1)}: ` +
        `leaves ${shown.join(', ')}${more > 0 ? ` and ${more} more runs` : ''}.`
      );
    }),
  ];
}

function describeFinding({ kind, leaf, event, reason }: Finding): string {
  const name =
    event === undefined
      ? `the event at leaf ${leaf}`
      : `event ${event.seq} of station ${event.station}, epoch ${event.epoch}` +
        `${event.type === undefined ? '' : ` (${event.type})`}, at leaf ${leaf}`;
  return `${name}: ${findings[kind]}${reason === undefined ? '' : ` (${reason})`}.`;
}
