import type { EventDraft } from '../../common/event.ts';
import type { Instant } from '../domain/instant.ts';
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
 * The one writer of the journal. What happened is told in order and with its time: later events wait behind those
 * that could not be written. `blocked` is told when that begins and when it ends; no access is written in between.
 */
export function journalWriter(
  journal: Pick<Journal, 'append'>,
  clock: Clock,
  blocked: (isBlocked: boolean) => void,
  report: (code: string) => void,
): JournalWriter {
  let unwritten: { readonly draft: EventDraft; readonly at: Instant }[] = [];
  let isRetrying = false;
  const listeners: (() => void)[] = [];

  const append = (...given: Parameters<Journal['append']>): boolean => {
    const result = journal.append(...given);
    if (!result.ok) {
      report(`journal:${result.error}`);
      return false;
    }
    for (const listener of listeners) listener();
    return true;
  };

  const retry = (): void => {
    if (isRetrying) return;
    isRetrying = true;
    clock.at(clock.mono() + RETRY_MS, () => {
      isRetrying = false;
      const again = unwritten;
      unwritten = [];
      const isWritten = append(
        again.map(({ draft }) => draft),
        again.map(({ at }) => at),
      );
      if (!isWritten) {
        unwritten = again;
        return retry();
      }
      // Whoever was told of the append may have had something to record that did not fit.
      if (unwritten.length === 0) blocked(false);
    });
  };

  const record = (happened: readonly EventDraft[]): void => {
    if (unwritten.length === 0 && append(happened)) return;
    const at = { wall: clock.wall(), mono: clock.mono() };
    unwritten.push(...happened.map((draft) => ({ draft, at })));
    blocked(true);
    retry();
  };

  return {
    access: (drafts) => unwritten.length === 0 && append(drafts),
    record,
    onAppended: (listener) => listeners.push(listener),
  };
}
