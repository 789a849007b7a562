import type { Held, OldEvent } from '../store/retention-store.ts';

/** Why the body of an old event stays. */
export type KeptFor =
  /** The server received it later than its own clock says: it has not been here for so long. */
  | 'received-later'
  | 'disputed'
  /** An open alert is about it. */
  | 'alert'
  /** It is part of an emergency access. */
  | 'emergency'
  /** No signed checkpoint holds it yet. */
  | 'not-in-tree';

/** What each event of these stations is kept for; undefined where nothing holds it. */
export function createHold(held: Held, before: string) {
  const alerts = new Set(
    held.alerts.map(({ station, epoch, seq }) => `${station} ${epoch} ${seq}`),
  );
  const disputes = new Set(held.disputes.map(({ station, epoch }) => `${station} ${epoch}`));
  const emergencies = new Set(held.emergencies.map(sessionOf));
  return (event: OldEvent): KeptFor | undefined => {
    const { station, epoch, seq, type, verdict, received_at: receivedAt, canonical } = event;
    if (receivedAt >= before) return 'received-later';
    if (verdict === 'disputed' || disputes.has(`${station} ${epoch}`)) return 'disputed';
    if (alerts.has(`${station} ${epoch} ${seq}`)) return 'alert';
    if (type.startsWith('breakglass.')) return 'emergency';
    if (emergencies.size > 0 && emergencies.has(sessionOf(canonical))) return 'emergency';
    return undefined;
  };
}

/** The session that an event is part of; one of its own for an event that is part of none. */
function sessionOf(canonical: Uint8Array): unknown {
  const event: unknown = JSON.parse(Buffer.from(canonical).toString('utf8'));
  const isObject = typeof event === 'object' && event !== null;
  return isObject && 'session' in event ? event.session : Symbol('none');
}
