import { toBase64 } from '../../common/bytes.ts';
import { type Checkpoint, openCheckpoint } from '../../common/checkpoint.ts';
import type { EventDraft } from '../../common/event.ts';
import type { LedgerFault } from '../../common/event-codes.ts';
import { MAX_RECEIPT_RUNS, type Receipt } from '../../common/receipt.ts';
import { backoffMs } from '../domain/link.ts';
import { type Witnessed, type WitnessPorts, judgeReceipt } from '../domain/witness.ts';
import type { Clock } from '../ports/clock.ts';
import type { OwedProof, ProvenJournal } from '../ports/journal.ts';
import type { StationState } from '../ports/station-state.ts';
import type { Transport } from '../ports/transport.ts';

export interface WitnessOptions extends WitnessPorts {
  readonly journal: ProvenJournal;
  readonly state: Pick<StationState, 'checkpoint' | 'keepCheckpoint'>;
  readonly transport: Pick<Transport, 'receipt'>;
  /** 16 random bytes, base64url. */
  readonly ask: () => string;
  /** The receipt if, and only if, the paired server signed it for this question. */
  readonly open: (jws: string, ask: string) => Promise<Receipt | undefined>;
  readonly clock: Clock;
  /** A random number from 0 up to 1. */
  readonly random: () => number;
  readonly report: (code: string, cause?: unknown) => void;
  readonly note: (event: EventDraft) => void;
  /** Why the ledger is not believed; undefined = it is. Told when it changes. */
  readonly believed: (fault: LedgerFault | undefined) => void;
  /** Days that proven events are kept. */
  readonly keepDays: () => number;
  /** The journal was rewound: it is to be sent again. */
  readonly resend: () => void;
}

export interface Witness {
  /** Asks now, and from then on by itself. */
  start(): void;
  close(): void;
}

const POLL_MS = 60_000;
const DAY_MS = 24 * 60 * 60_000;
/** How long a server may be behind what was seen, and owe a receipt for what it has acknowledged. */
const PATIENCE_MS = 10 * 60_000;
/** Events deleted at a time. */
const PRUNE = 1000;

/**
 * Keeps the newest checkpoint of the server's ledger, demands proof that the next one continues it and that this
 * station's events are in it, and deletes them only then. Whatever the server answers, the station works on.
 */
export function createWitness(options: WitnessOptions): Witness {
  const { journal, state, transport, clock, random, report, note } = options;
  let isClosed = false;
  let stopTimer = (): void => undefined;
  let failures = 0;
  let fault: LedgerFault | undefined;
  /** Since when the server has been behind; monotonic ms. */
  let behindSince: number | undefined;
  /** Since when it has owed a receipt. */
  let owedSince: number | undefined;
  /** The mark of what it has acknowledged, and when it was last seen to rise. */
  let acknowledged = journal.owed().current.last;
  let acknowledgedAt: number | undefined;
  let witnessedAt: number | undefined;
  /** Past epochs are asked for behind the current one, at the start and once a day. */
  let past: OwedProof[] = [];
  let pastAt: number | undefined;

  const seen = (): Checkpoint | undefined => {
    const opened = openCheckpoint(options, state.checkpoint() ?? '', options.serverKey);
    // One of another server was kept by an earlier pairing: this server is not bound by it.
    return opened.ok ? opened.value : undefined;
  };

  async function poll(): Promise<void> {
    let wantsMore = false;
    try {
      wantsMore = await ask();
    } catch (error) {
      failures++;
      report('witness:threw', error);
    }
    if (isClosed) return;
    const spread = 0.9 + 0.2 * random();
    const delay = failures > 0 ? backoffMs(failures, random()) : wantsMore ? 0 : POLL_MS * spread;
    stopTimer = clock.at(clock.mono() + delay, () => void poll());
  }

  /** True when the next portion can be asked for at once. */
  async function ask(): Promise<boolean> {
    const known = seen();
    const [over] = past;
    const { current } = journal.owed();
    if (current.last > acknowledged) acknowledgedAt = clock.mono();
    acknowledged = current.last;
    const owed = over ?? current;
    const { epoch, after } = owed;
    const question = options.ask();
    const answer = await transport.receipt(question, { ...owed, size: known?.size ?? 0 });
    if (isClosed) return false;
    if (!answer.ok) {
      failures++;
      const { error } = answer;
      if (error.kind === 'refused') report(`witness:refused:${error.error.code}`);
      unanswered(error.kind === 'refused', known);
      return false;
    }
    const receipt = await options.open(answer.value, question);
    if (isClosed) return false;
    if (receipt === undefined) {
      // Whoever said this, it is no answer of the server to this question: it tells nothing of the ledger.
      failures++;
      report('witness:not-an-answer');
      unanswered(false, known);
      return false;
    }
    failures = 0;
    const hashes = (first: number, last: number) => journal.hashes(epoch, first, last);
    const own = { seen: known, after, hashes };
    const judged = judgeReceipt(options, receipt, own);
    if (!judged.ok) {
      if (judged.error !== 'behind') refuse(judged.error, known);
      else if (isOverdue((behindSince ??= clock.mono()))) refuse('rolled-back', known);
      return false;
    }
    behindSince = undefined;
    // First the checkpoint, then what rests on it: a crash in between only asks again.
    if (receipt.checkpoint !== state.checkpoint()) state.keepCheckpoint(receipt.checkpoint);
    if (judged.value.restored !== undefined)
      return restore(judged.value.checkpoint, judged.value.restored.lost);
    if (judged.value.proven > after) journal.prove(epoch, judged.value.proven);
    const isMore = receipt.runs.length === MAX_RECEIPT_RUNS;
    return over === undefined
      ? acceptCurrent(judged.value, isMore)
      : acceptPast(over, judged.value.proven, isMore);
  }

  /** What was proven to be in the old tree may be in the lost part of it. */
  function restore({ origin }: Checkpoint, lost: number): boolean {
    note({ type: 'ledger.restored', outcome: 'failure', detail: { origin, lost } });
    journal.forgetProofs();
    journal.rewind(journal.oldest() - 1);
    options.resend();
    past = [];
    return true;
  }

  function acceptCurrent({ checkpoint, proven }: Witnessed, isMore: boolean): boolean {
    if (!isMore && isOwed(proven)) {
      refuse('no-receipt', checkpoint);
      return false;
    }
    believe();
    bearWitness(checkpoint);
    journal.prune(clock.wall() - options.keepDays() * DAY_MS, PRUNE);
    if (!isMore && isDayAfter(pastAt)) {
      pastAt = clock.mono();
      past = [...journal.owed().past];
    }
    return isMore || past.length > 0;
  }

  /** An epoch is over because the server disputes its end: that it does not prove it is no fault. */
  function acceptPast(owed: OwedProof, proven: number, isMore: boolean): boolean {
    past.shift();
    if (isMore) past.unshift({ ...owed, after: proven });
    return past.length > 0;
  }

  /** One that cannot be reached owes nothing, unless it takes events and only gives no receipts. */
  function unanswered(isRefused: boolean, known: Checkpoint | undefined): void {
    const isThere = isRefused || (acknowledgedAt !== undefined && !isOverdue(acknowledgedAt));
    if (!isThere) owedSince = undefined;
    else if (isOwed(journal.proven())) refuse('no-receipt', known);
  }

  /** Has the server long acknowledged events that it does not prove? */
  function isOwed(proven: number): boolean {
    if (proven >= acknowledged) owedSince = undefined;
    else owedSince ??= clock.mono();
    return owedSince !== undefined && isOverdue(owedSince);
  }

  const isOverdue = (since: number): boolean => clock.mono() - since > PATIENCE_MS;

  const isDayAfter = (time: number | undefined): boolean =>
    time === undefined || clock.mono() - time >= DAY_MS;

  function refuse(reason: LedgerFault, known: Checkpoint | undefined): void {
    report(`witness:${reason}`);
    if (fault === reason) return;
    fault = reason;
    const size = known === undefined ? {} : { size: known.size };
    note({ type: 'ledger.refused', outcome: 'failure', detail: { reason, ...size } });
    options.believed(reason);
  }

  function believe(): void {
    if (fault === undefined) return;
    fault = undefined;
    options.believed(undefined);
  }

  /** Puts what was seen where the next access of a member signs it. */
  function bearWitness({ origin, size, root }: Checkpoint): void {
    if (size === 0) return;
    if (!isDayAfter(witnessedAt)) return;
    witnessedAt = clock.mono();
    const detail = { origin, size, root: toBase64(root) };
    note({ type: 'ledger.witnessed', outcome: 'success', detail });
  }

  return {
    start: () => void poll(),
    close() {
      isClosed = true;
      stopTimer();
    },
  };
}
