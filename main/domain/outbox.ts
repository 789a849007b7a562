import { unreachable } from '../../common/result.ts';
import { backoffMs } from './link.ts';

/** Sends the journal to the server: at most one request in flight, in order, nothing skipped. */
export type OutboxState =
  /** Everything is acknowledged. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'sending'; readonly failures: number }
  /** The last request failed; the next goes out when the monotonic clock reaches `until`. */
  | {
      readonly kind: 'waiting';
      readonly until: number;
      readonly failures: number;
      /** The server asked for this wait. */
      readonly asked?: true;
    }
  /** The server holds another chain than this journal: which is right is for an administrator to say. */
  | { readonly kind: 'halted'; readonly code: string };

/** Chance and time come in from outside: `jitter` is random, from 0 up to 1; `now` is monotonic, ms. */
interface Chance {
  readonly jitter: number;
  readonly now: number;
}

export type OutboxEvent =
  /** Something was appended, or the agent has started with so many unsent events. */
  | { readonly type: 'kick'; readonly waiting: number }
  /** The server can be reached again: no reason to wait any longer. */
  | { readonly type: 'reachable' }
  /** The server has lost what it had acknowledged, and so many events are to be sent (again). */
  | { readonly type: 'rewound'; readonly waiting: number }
  | { readonly type: 'due'; readonly now: number }
  /** The server committed everything up to `committed`, of a request that held `first` to `last`. */
  | ({
      readonly type: 'answered';
      readonly first: number;
      readonly last: number;
      readonly committed: number;
      /** Unacknowledged events, those of this request included. */
      readonly waiting: number;
    } & Chance)
  | ({ readonly type: 'failed'; readonly retryAfterMs?: number } & Chance)
  | { readonly type: 'disputed'; readonly code: string }
  /** The journal has begun another epoch. */
  | { readonly type: 'renewed' };

export type OutboxEffect =
  | { readonly type: 'send' }
  | { readonly type: 'acknowledge'; readonly seq: number }
  | { readonly type: 'wake'; readonly at: number }
  | { readonly type: 'fault'; readonly code: string };

export interface OutboxStep {
  readonly state: OutboxState;
  readonly effects: readonly OutboxEffect[];
}

export const idleOutbox: OutboxState = { kind: 'idle' };

/** Total: an event that means nothing in a state leaves it as it is. */
export function outbox(state: OutboxState, event: OutboxEvent): OutboxStep {
  const same: OutboxStep = { state, effects: [] };
  switch (event.type) {
    case 'kick':
      return state.kind === 'idle' && event.waiting > 0 ? send(0) : same;
    case 'reachable':
      return state.kind === 'waiting' && !state.asked ? send(state.failures) : same;
    case 'rewound':
      if (state.kind === 'sending') return same;
      return event.waiting > 0 ? send(0) : { state: idleOutbox, effects: [] };
    case 'due':
      if (state.kind !== 'waiting') return same;
      // Woken too early: without a new call it would wait for ever.
      if (event.now < state.until) return { state, effects: [{ type: 'wake', at: state.until }] };
      return send(state.failures);
    case 'answered':
      return state.kind === 'sending' ? answered(state.failures, event) : same;
    case 'failed':
      return state.kind === 'sending' ? wait(state.failures, event, event.retryAfterMs) : same;
    case 'disputed': {
      if (state.kind !== 'sending') return same;
      const { code } = event;
      return { state: { kind: 'halted', code }, effects: [{ type: 'fault', code }] };
    }
    case 'renewed':
      return state.kind === 'halted' ? { state: idleOutbox, effects: [] } : same;
    default:
      return unreachable(event);
  }
}

function answered(
  failures: number,
  event: Extract<OutboxEvent, { readonly type: 'answered' }>,
): OutboxStep {
  // An answer that acknowledges nothing would be asked for again at once, and for ever.
  if (event.committed < event.first) return wait(failures, event);
  // The server may know more than this request held, from one whose answer was lost: in its turn.
  const seq = Math.min(event.committed, event.last);
  const left = event.waiting - (seq - event.first + 1);
  const next = left > 0 ? send(0) : { state: idleOutbox, effects: [] };
  return { state: next.state, effects: [{ type: 'acknowledge', seq }, ...next.effects] };
}

const send = (failures: number): OutboxStep => ({
  state: { kind: 'sending', failures },
  effects: [{ type: 'send' }],
});

/** After a wait that the server asked for, the backoff comes on top: stations do not return all at once. */
function wait(before: number, { jitter, now }: Chance, askedMs?: number): OutboxStep {
  const failures = before + 1;
  const until = now + backoffMs(failures, jitter) + (askedMs ?? 0);
  const asked = askedMs === undefined ? {} : { asked: true as const };
  return {
    state: { kind: 'waiting', until, failures, ...asked },
    effects: [{ type: 'wake', at: until }],
  };
}
