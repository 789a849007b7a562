import { fromBase64 } from '../../../common/bytes.ts';
import type { Checkpoint } from '../../../common/checkpoint.ts';
import type { EventName } from './finding.ts';

/**
 * The fields of an event that the chain needs. Nothing else is looked at: every byte is hashed, and the server
 * has judged the form when the event came.
 */
export interface EventLine extends EventName {
  readonly type: string;
  readonly prev: string;
  readonly detail: unknown;
}

/** Reads a line; undefined for one that is no event. */
export function readEventLine(text: string): EventLine | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  return isEventLine(value) ? value : undefined;
}

function isEventLine(value: unknown): value is EventLine {
  if (typeof value !== 'object' || value === null) return false;
  const { station, epoch, seq, type, prev } = value as Readonly<Record<string, unknown>>;
  return (
    typeof station === 'string' &&
    typeof epoch === 'string' &&
    typeof type === 'string' &&
    typeof prev === 'string' &&
    typeof seq === 'number' &&
    Number.isSafeInteger(seq)
  );
}

/** The checkpoint that a `ledger.witnessed` event says its station had seen. */
export function witnessedIn({ type, detail }: EventLine): Checkpoint | undefined {
  if (type !== 'ledger.witnessed' || typeof detail !== 'object' || detail === null)
    return undefined;
  const { origin, size, root } = detail as Readonly<Record<string, unknown>>;
  const bytes = typeof root === 'string' ? fromBase64(root) : undefined;
  if (typeof origin !== 'string' || typeof size !== 'number' || bytes === undefined) {
    return undefined;
  }
  return { origin, size, root: bytes };
}
