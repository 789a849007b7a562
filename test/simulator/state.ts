import type { CborMap } from './cbor.ts';
import type { Touch } from './hand.ts';
import type { PinProtocol } from './pin-protocol.ts';
import type { Credential, KeyRecord } from './record.ts';
import type { TokenStore } from './token.ts';
import { need, isCount } from './parameters.ts';
import { Refusal, STATUS } from './status.ts';

/** What a stateful command left behind for its "next" (CTAP 2.1 §6: dropped by any other command). */
export interface Pending {
  readonly next: 'assertion' | 'rp' | 'credential';
  readonly channel: number;
  readonly expires: number;
  readonly answers: (() => CborMap)[];
}

/** A key that has power: its memory, and what it forgets when it is pulled. */
export interface KeyState {
  readonly record: KeyRecord;
  readonly save: () => void;
  readonly touch: Touch;
  /** Milliseconds; only differences matter. */
  readonly now: () => number;
  readonly poweredAt: number;
  readonly protocols: readonly PinProtocol[];
  readonly token: TokenStore;
  /** Consecutive PIN mismatches in this power cycle (§6.5.5.7). */
  pinMismatches: number;
  pending: Pending | undefined;
  /** A finger between its samples (§6.7.4). */
  enrolling: { readonly id: string; left: number } | undefined;
}

export interface Call {
  readonly channel: number;
  /** Aborted by CTAPHID_CANCEL. */
  readonly signal: AbortSignal;
  /** What the command before this one left. */
  readonly pending: Pending | undefined;
}

export type Command = (
  state: KeyState,
  request: CborMap,
  call: Call,
) => CborMap | undefined | Promise<CborMap | undefined>;

/** The protocol that the request names in `field`. */
export function protocolOf(state: KeyState, request: CborMap, field: number): PinProtocol {
  const version = need(request, field, isCount);
  const protocol = state.protocols.find((each) => each.version === version);
  if (!protocol) throw new Refusal(STATUS.invalidParameter);
  return protocol;
}

const NEXT_MS = 30_000;

/** Answers with the first, and keeps the others for the "next" command. */
export function answerFirst(
  state: KeyState,
  { channel }: Call,
  next: Pending['next'],
  answers: (() => CborMap)[],
): CborMap {
  const [first, ...rest] = answers;
  if (!first) throw new Refusal(STATUS.noCredentials);
  if (rest.length > 0) {
    state.pending = { next, channel, expires: state.now() + NEXT_MS, answers: rest };
  }
  return first();
}

export function answerNext(
  state: KeyState,
  { channel, pending }: Call,
  next: Pending['next'],
): CborMap {
  const isMine = pending?.next === next && pending.channel === channel;
  const answer = isMine && state.now() <= pending.expires ? pending.answers.shift() : undefined;
  if (!pending || !answer) throw new Refusal(STATUS.notAllowed);
  if (pending.answers.length > 0) {
    state.pending = { ...pending, expires: state.now() + NEXT_MS };
  }
  return answer();
}

export const discoverable = (record: KeyRecord): Credential[] =>
  record.credentials.filter((credential) => credential.discoverable !== false);
