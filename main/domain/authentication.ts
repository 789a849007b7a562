import type { AccessRefusal } from '../../common/event-codes.ts';
import type { AccessProof } from '../../common/event.ts';
import type { Instant } from './instant.ts';

/** What a person did not manage. The curtain has one sentence for each. */
export type Notice = AccessRefusal;

/** An assertion that the verifier accepted. */
export interface Access {
  readonly member: string;
  /** Credential id, base64url. */
  readonly credential: string;
  /** With the PIN; without, only within a grace. */
  readonly isUserVerified: boolean;
  readonly proof: AccessProof;
  /** Id for the session, should this member have none here. */
  readonly newSession: string;
  /** Id that ties the events of a switch together. */
  readonly correlation: string;
}

/** A key that has proved itself and signs for a touch without PIN. */
export interface Tap {
  readonly member: string;
  /** Credential id, base64url. */
  readonly credential: string;
  /** Of the journal that is being written. */
  readonly epoch: string;
}

/** A tap that is enough, because policy lets it follow the PIN of that access until then (monotonic ms). */
export interface Grace extends Tap {
  readonly pinSeq: number;
  readonly until: number;
}

/** The steps at the curtain. Each step that waits for somebody carries its deadline (monotonic ms). */
export type Entry =
  | { readonly kind: 'waiting'; readonly notice?: Notice }
  /** The key is asked what it is, while nobody has typed anything yet. */
  | { readonly kind: 'reading'; readonly attempt: number; readonly deadline: number }
  /** Several keys are in: a touch chooses. */
  | { readonly kind: 'choosing'; readonly attempt: number; readonly deadline: number }
  | {
      readonly kind: 'pin';
      readonly attempt: number;
      /** The member whose key it has proved to be, of those who have a session here. */
      readonly owner: string | undefined;
      readonly retries: number;
      readonly minLength: number;
      readonly mismatches: number;
      readonly tooShort: boolean;
      readonly deadline: number;
    }
  /** The PIN is with the key, or none is wanted. */
  | {
      readonly kind: 'checking' | 'touch';
      readonly attempt: number;
      readonly owner: string | undefined;
      readonly minLength: number;
      readonly mismatches: number;
      readonly grace: Grace | undefined;
      readonly deadline: number;
    }
  | {
      readonly kind: 'verifying';
      readonly attempt: number;
      readonly grace: Grace | undefined;
      readonly deadline: number;
    }
  /** Verified; the access is being written. Nothing opens before that. */
  | {
      readonly kind: 'recording';
      readonly attempt: number;
      readonly access: Access;
      readonly grace: Grace | undefined;
      readonly at: Instant;
    };

/** Longest wait of each step, in ms. Its end means locked. */
export const PATIENCE = {
  reading: 10_000,
  choosing: 35_000,
  pin: 60_000,
  checking: 10_000,
  touch: 35_000,
  /** Of a grace this must be left for its touch to be asked for. */
  tapAtLeast: 5_000,
  verifying: 5_000,
} as const;

export const waiting = (notice?: Notice): Entry =>
  notice === undefined ? { kind: 'waiting' } : { kind: 'waiting', notice };

/** Refusals that say something about a person or a key; the others are only a change of mind. */
const recorded: ReadonlySet<Notice> = new Set<Notice>([
  'pin-mismatch',
  'pin-blocked',
  'pin-locked',
  'pin-not-set',
  'pin-must-change',
  'no-credential',
  'several-credentials',
  'u2f-only',
  'not-genuine',
  'unreadable',
  'unknown-key',
  'member-inactive',
  'not-verified',
]);
export const isRecorded = (notice: Notice): boolean => recorded.has(notice);
