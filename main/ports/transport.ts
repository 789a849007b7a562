import type { CommandAnswer, StreamHint } from '../../common/command.ts';
import type { EventsResponse, PairResponse, WireError } from '../../common/wire.ts';
import type { Result } from '../../common/result.ts';

/** `unreachable`: no answer; `refused`: the server answered with an error. */
export type TransportError =
  | { readonly kind: 'unreachable'; readonly message: string }
  | {
      readonly kind: 'refused';
      readonly status: number;
      readonly error: WireError;
      /** The server asked to be left alone for so long. */
      readonly retryAfterMs?: number;
    };

/** Signed requests of this station. Each has a deadline. */
export interface Transport {
  /** `former`: the revoked station that this one was. */
  pair(code: string, name: string, former?: string): Promise<Result<PairResponse, TransportError>>;
  /** Compact JWS of a newer snapshot, or undefined when `have` is the newest. */
  directory(have: number): Promise<Result<string | undefined, TransportError>>;
  /** One epoch, ascending, verbatim canonical bytes. */
  upload(canonical: readonly Uint8Array[]): Promise<Result<EventsResponse, TransportError>>;
  /** Compact JWS of proofs of what the server's ledger holds of this station, signed for this question. */
  receipt(ask: string, query: ReceiptQuery): Promise<Result<string, TransportError>>;
  /** Compact JWS of the commands after this number, signed for this question. */
  commands(ask: string, after: number): Promise<Result<string, TransportError>>;
  answerCommand(answer: CommandAnswer): Promise<Result<undefined, TransportError>>;
  /** Listens to the server's hints until the stream ends, which it tells; never rejects. */
  stream(listener: StreamListener, signal: AbortSignal): Promise<TransportError>;
}

/** Events of `epoch` after `after` up to `last` are to be proven, and that the tree is that of `size` leaves, grown. */
export interface ReceiptQuery {
  readonly epoch: string;
  readonly after: number;
  readonly last: number;
  readonly size: number;
}

export interface StreamListener {
  /** The server has begun to speak. */
  opened(): void;
  hint(hint: StreamHint): void;
}
