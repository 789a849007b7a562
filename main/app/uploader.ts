import { unreachable } from '../../common/result.ts';
import { MAX_BATCH_BYTES, MAX_BATCH_EVENTS } from '../../common/wire.ts';
import {
  type OutboxEffect,
  type OutboxEvent,
  type OutboxState,
  idleOutbox,
  outbox,
} from '../domain/outbox.ts';
import type { Clock } from '../ports/clock.ts';
import type { JournalEntry, JournalReader, ProvenJournal } from '../ports/journal.ts';
import type { Transport } from '../ports/transport.ts';
import type { LinkTracker } from './link-tracker.ts';

export interface UploaderPorts {
  readonly journal: JournalReader & Pick<ProvenJournal, 'owed' | 'rewind'>;
  readonly transport: Pick<Transport, 'upload'>;
  readonly clock: Clock;
  readonly link: Pick<LinkTracker, 'listen' | 'onStanding'>;
  /** A random number from 0 up to 1. */
  readonly random: () => number;
  readonly report: (code: string, cause?: unknown) => void;
}

export interface Uploader {
  /** Call after each append, and once at start. */
  kick(): void;
  /** The journal has begun another epoch: the dispute over the last one stops nothing any more. */
  renewed(): void;
  /** Call after the journal was rewound. */
  resend(): void;
  state(): OutboxState;
  /** Called when the server begins to dispute this journal, and when that is settled. */
  onDispute(listener: (isDisputed: boolean) => void): void;
  /** Nothing is sent any more; an answer on its way is not acknowledged (it is sent again: a repeat). */
  close(): void;
}

/** Refusals that another try cannot mend: the server holds another chain. */
const disputes: ReadonlySet<string> = new Set(['chain-fork', 'chain-gap']);

/** Runs the outbox on the journal. */
export function createUploader(ports: UploaderPorts): Uploader {
  const { journal, transport, clock, link, random, report } = ports;
  let state = idleOutbox;
  let isClosed = false;
  /** Counts rewinds: an answer to what was sent before one acknowledges nothing. */
  let rewinds = 0;
  let stopWaking = (): void => undefined;
  let tellDispute = (_isDisputed: boolean): void => undefined;

  function dispatch(event: OutboxEvent): void {
    if (isClosed) return;
    const step = outbox(state, event);
    const wasHalted = state.kind === 'halted';
    state = step.state;
    const isHalted = state.kind === 'halted';
    if (isHalted !== wasHalted) tellDispute(isHalted);
    for (const effect of step.effects) perform(effect);
  }

  function perform(effect: OutboxEffect): void {
    switch (effect.type) {
      case 'send':
        stopWaking();
        void send();
        return;
      case 'acknowledge':
        return journal.acknowledge(effect.seq);
      case 'wake':
        stopWaking = clock.at(effect.at, () => dispatch({ type: 'due', now: clock.mono() }));
        return;
      case 'fault':
        return report(`upload:${effect.code}`);
      default:
        return unreachable(effect);
    }
  }

  const chance = () => ({ jitter: random(), now: clock.mono() });

  /** Never rejects: whatever fails is a failed try. */
  async function send(): Promise<void> {
    let event: OutboxEvent;
    const before = rewinds;
    try {
      event = await uploaded(journal.unsent(MAX_BATCH_EVENTS, MAX_BATCH_BYTES));
    } catch (error) {
      report('upload:threw', error);
      event = { type: 'failed', ...chance() };
    }
    if (before !== rewinds) event = { type: 'failed', ...chance() };
    try {
      dispatch(event);
    } catch (error) {
      // The mark could not be written: the next answer acknowledges the same events again.
      report('upload:not-acknowledged', error);
      dispatch({ type: 'failed', ...chance() });
    }
  }

  /**
   * The server lacks what it acknowledged, or somebody else did so for it: what it has not proven goes again. False:
   * the gap is behind that, and no other try can mend it.
   */
  function fillsGap(first: number): boolean {
    const { after } = journal.owed().current;
    if (first <= after + 1) return false;
    report('upload:gap');
    journal.rewind(after);
    return true;
  }

  async function uploaded(batch: readonly JournalEntry[]): Promise<OutboxEvent> {
    const [first] = batch;
    const last = batch.at(-1);
    if (first === undefined || last === undefined) throw new Error('nothing to send');
    const { epoch } = journal.place();
    const answer = await transport.upload(batch.map(({ canonical }) => canonical));
    // It speaks of an epoch that is over: its marks are not this one's.
    if (journal.place().epoch !== epoch) return { type: 'failed', ...chance() };
    if (!answer.ok) {
      const { error } = answer;
      if (error.kind === 'unreachable') return { type: 'failed', ...chance() };
      const { code } = error.error;
      if (code === 'chain-gap' && fillsGap(first.seq)) return { type: 'failed', ...chance() };
      if (disputes.has(code)) return { type: 'disputed', code };
      report(`upload:refused:${code}`);
      const { retryAfterMs } = error;
      return {
        type: 'failed',
        ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
        ...chance(),
      };
    }
    const { seq: committed, hash } = answer.value;
    const own = batch.find((entry) => entry.seq === committed);
    // What it acknowledges must be what was sent, not its like.
    if (answer.value.epoch !== epoch || (own !== undefined && own.hash !== hash)) {
      return { type: 'disputed', code: 'wrong-receipt' };
    }
    return {
      type: 'answered',
      first: first.seq,
      last: last.seq,
      committed,
      waiting: journal.waiting(),
      ...chance(),
    };
  }

  link.listen((status) => {
    if (status.kind === 'connected') dispatch({ type: 'reachable' });
  });

  let isTaken = true;
  link.onStanding((standing) => {
    const was = isTaken;
    isTaken = standing === 'active';
    if (isTaken && !was) dispatch({ type: 'reachable' });
  });

  const kick = (): void => dispatch({ type: 'kick', waiting: journal.waiting() });
  return {
    kick,
    renewed() {
      dispatch({ type: 'renewed' });
      kick();
    },
    resend() {
      rewinds += 1;
      stopWaking();
      dispatch({ type: 'rewound', waiting: journal.waiting() });
    },
    state: () => state,
    onDispute(listener) {
      tellDispute = listener;
    },
    close() {
      isClosed = true;
      stopWaking();
    },
  };
}
