import type { EventDraft } from '../../common/event.ts';
import type { Clock } from '../ports/clock.ts';
import type { Journal } from '../ports/journal.ts';

/** How often a journal that could not be written is tried again, in ms. */
const RETRY_MS = 2_000;

export interface JournalWriter {
  /** Writes an access now or not at all; false = not written. */
  readonly access: (drafts: readonly EventDraft[]) => boolean;
  /** Writes what has happened, now or as soon as the journal can be written again. */
  readonly record: (drafts: readonly EventDraft[]) => void;
  /** Called after each durable append. */
  readonly onAppended: (listener: () => void) => void;
}

/**
 * The one writer of the journal. What happened is told in order: later events wait behind those that could
 * not be written. `blocked` is told when that begins and when it ends; no access is written in between.
 */
export function journalWriter(
  journal: Pick<Journal, 'append'>,
  clock: Clock,
  blocked: (isBlocked: boolean) => void,
  report: (code: string) => void,
): JournalWriter {
  let unwritten: EventDraft[] = [];
  let isRetrying = false;
  const listeners: (() => void)[] = [];

  const append = (drafts: readonly EventDraft[]): boolean => {
    const result = journal.append(drafts);
    if (!result.ok) {
      report(`journal:${result.error}`);
      return false;
    }
    for (const listener of listeners) listener();
    return true;
  };

  const record = (drafts: readonly EventDraft[]): void => {
    if (unwritten.length === 0 && append(drafts)) return;
    unwritten.push(...drafts);
    blocked(true);
    if (isRetrying) return;
    isRetrying = true;
    clock.at(clock.mono() + RETRY_MS, () => {
      isRetrying = false;
      const again = unwritten;
      unwritten = [];
      record(again);
      if (unwritten.length === 0) blocked(false);
    });
  };

  return {
    access: (drafts) => unwritten.length === 0 && append(drafts),
    record,
    onAppended: (listener) => listeners.push(listener),
  };
}
