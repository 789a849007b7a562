import type { Cause } from '../../../common/event.ts';
import type {
  AccessCause,
  AccessRefusal,
  DirectoryRefusal,
  JournalRecovery,
  LedgerFault,
} from '../../../common/event-codes.ts';
import type { ClockFault } from '../../domain/clock.ts';
import type { ChainReason } from '../../domain/judge.ts';
import type { ProofReason } from '../../domain/proof.ts';

/** Words for every code: one without its words does not compile. */
export interface CodeWords {
  /** Ends an event's sentence, after a comma. */
  readonly cause: Readonly<Record<Cause | AccessRefusal, string>>;
  /** The same for types of events whose codes mean something of their own. */
  readonly causeOf: {
    readonly 'directory.refused': Readonly<Record<DirectoryRefusal, string>>;
    readonly 'ledger.refused': Readonly<Record<LedgerFault, string>>;
    readonly 'journal.recovered': Readonly<Record<JournalRecovery, string>>;
    readonly 'session.resumed': Readonly<Record<AccessCause, string>>;
  };
  /** Why a record is unproven, disputed, or not to be believed in its time; a sentence. */
  readonly record: Readonly<Record<ProofReason | ChainReason | ClockFault, string>>;
}

/** A station may write any code: `words['__proto__']` is no text. */
const saidIn = (words: Readonly<Record<string, string>>, code: string): string | undefined =>
  Object.hasOwn(words, code) ? words[code] : undefined;

/** A cause that nobody knows, as of a newer agent, is shown as it is. */
export function causeSaid({ cause, causeOf }: CodeWords, type: string, code: string): string {
  const own = Object.entries<Readonly<Record<string, string>>>(causeOf).find(([of]) => of === type);
  return saidIn(own?.[1] ?? cause, code) ?? code;
}

export const recordSaid = ({ record }: CodeWords, code: string): string | undefined =>
  saidIn(record, code);
