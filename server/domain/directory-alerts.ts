import type { AccessEvent } from '../../common/event.ts';
import type { ClockFault } from './clock.ts';
import type { Fate } from './judge.ts';

export type AlertKind =
  /** Events that do not fit the station's chain. */
  | 'disputed'
  /** An access that its key's signature does not bear out. */
  | 'unproven'
  /** The times of a station's events are not to be believed. */
  | 'clock'
  /** A station was offered a directory that it did not take. */
  | 'directory'
  /** A station lost its journal and began another. */
  | 'journal'
  /** A station does not believe the ledger: another tree, or a receipt that is owed. */
  | 'ledger'
  /** Two agents run with one station's key. */
  | 'two-boots';

/** One thing that an administrator must see; the same `id` is told once. */
export interface Alert {
  readonly id: string;
  readonly kind: AlertKind;
  readonly reason?: string;
  readonly station: string;
  readonly epoch?: string;
  readonly seq?: number;
  readonly member?: string;
}

/** What a batch of events, their fates and their clocks give cause to tell. */
export function alertsOf(
  batch: readonly { readonly event: AccessEvent }[],
  fates: readonly Fate[],
  clocks: readonly (ClockFault | undefined)[],
): readonly Alert[] {
  const alerts = new Map<string, Alert>();
  const tell = (id: string, alert: Omit<Alert, 'id'>): void => {
    if (!alerts.has(id)) alerts.set(id, { id, ...alert });
  };
  for (const [index, { event }] of batch.entries()) {
    const fate = fates[index];
    if (fate === undefined || fate.kind === 'repeat') continue;
    const { station, epoch, seq, type, boot } = event;
    const member = event.member === undefined ? {} : { member: event.member };
    const place = { station, epoch, seq, ...member };
    // All that follows a broken link is disputed: once per epoch is enough.
    if (fate.kind === 'disputed') {
      tell(`disputed:${station}:${epoch}:${fate.reason}`, {
        kind: 'disputed',
        reason: fate.reason,
        ...place,
      });
    }
    if (fate.kind === 'unproven') {
      tell(`unproven:${station}:${epoch}:${seq}`, {
        kind: 'unproven',
        reason: fate.reason,
        ...place,
      });
    }
    const clock = clocks[index];
    if (clock !== undefined) {
      tell(`clock:${station}:${boot}:${clock}`, { kind: 'clock', reason: clock, ...place });
    }
    const reason = codeOf(event);
    if (type === 'directory.refused') {
      tell(`directory:${station}:${epoch}:${seq}`, { kind: 'directory', ...reason, ...place });
    }
    if (type === 'ledger.refused') {
      tell(`ledger:${station}:${epoch}:${seq}`, { kind: 'ledger', ...reason, ...place });
    }
    // After a dispute an administrator has approved it.
    if (type === 'journal.recovered' && reason.reason !== 'dispute') {
      tell(`journal:${station}:${epoch}`, { kind: 'journal', ...reason, ...place });
    }
  }
  return [...alerts.values()];
}

const codeOf = ({ detail }: AccessEvent): { readonly reason?: string } =>
  typeof detail['reason'] === 'string' ? { reason: detail['reason'] } : {};
