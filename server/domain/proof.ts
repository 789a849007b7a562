import { type Sha256, fromBase64url, toBase64url } from '../../common/bytes.ts';
import { NONCE_BYTES, accessChallenge } from '../../common/challenge.ts';
import type { AccessEvent, AccessProof } from '../../common/event.ts';
import { graceOf, isWithinGrace } from '../../common/grace.ts';

/** Why an access is unproven. */
export const proofReasons = [
  'proof-missing',
  'credential-unknown',
  /** The event's key is not the one that signed. */
  'key-mismatch',
  /** The credential is another member's. */
  'member-mismatch',
  /** The bytes of the assertion cannot be read. */
  'malformed',
  'client-data-type',
  'origin',
  'rp-id',
  'user-present',
  'user-verified',
  /** Without PIN, and not within the grace that policy gave after one. */
  'grace',
  'backup-eligible',
  'signature',
  /** Bound to a place at or after the event's own, or to none. */
  'bound-place',
  /** Signed for another place of the journal, or for none. */
  'challenge',
  'nonce-used',
  /** The key's counter went back or came twice: a clone. */
  'counter',
] as const;
export type ProofReason = (typeof proofReasons)[number];

/** What the assertion is worth by itself, before the journal's place is looked at. */
export type AssertionCheck =
  | {
      readonly ok: true;
      /** With the PIN, or what the key takes for it. */
      readonly isUserVerified: boolean;
      /** Challenge in clientDataJSON, base64url. */
      readonly challenge: string;
      readonly counter: number;
      /** Counter that the directory knows from enrollment. */
      readonly enrolledCounter: number;
    }
  | { readonly ok: false; readonly reason: ProofReason };

export type GoodAssertion = Extract<AssertionCheck, { ok: true }>;

/** What earlier accesses have used up, and what they allow. Takes note of each proof that is judged good. */
export interface ProofLedger {
  readonly sha256: Sha256;
  isNonceUsed(nonce: string): boolean;
  /** Largest counter of this credential in this journal; 0 when there is none. */
  lastCounter(credential: string): number;
  /** Whether this credential showed this counter anywhere. */
  wasCounterShown(credential: string, counter: number): boolean;
  /** The verified access with PIN at this place of the same journal; `removed` where retention has emptied it. */
  pinAt(seq: number): AccessEvent | 'removed' | undefined;
  /** Longest grace that this event's policy can have given, in seconds. */
  graceAt(event: AccessEvent): number;
  note(event: AccessEvent, proof: AccessProof, shown: GoodAssertion): void;
}

type ProofFate =
  | { readonly kind: 'verified'; readonly counter: number }
  | { readonly kind: 'unproven'; readonly reason: ProofReason };

const unproven = (reason: ProofReason): ProofFate => ({ kind: 'unproven', reason });

/** Is this access at this place of the journal what the member's key signed, once? */
export function judgeProof(
  received: { readonly event: AccessEvent; readonly assertion?: AssertionCheck | undefined },
  hashAt: (seq: number) => string | undefined,
  ledger: ProofLedger,
): ProofFate {
  const { event, assertion } = received;
  const { proof } = event;
  if (proof === undefined || assertion === undefined) return unproven('proof-missing');
  if (!assertion.ok) return unproven(assertion.reason);
  const head = proof.boundSeq < event.seq ? hashAt(proof.boundSeq) : undefined;
  if (head === undefined) return unproven('bound-place');
  if (assertion.challenge !== expectedChallenge(ledger.sha256, event, proof, head)) {
    return unproven('challenge');
  }
  if (ledger.isNonceUsed(proof.nonce)) return unproven('nonce-used');
  if (!isCounterFresh(proof.credential, assertion, ledger)) return unproven('counter');
  if (!assertion.isUserVerified && !isGranted(event, ledger)) return unproven('grace');
  ledger.note(event, proof, assertion);
  return { kind: 'verified', counter: assertion.counter };
}

function isGranted(event: AccessEvent, ledger: ProofLedger): boolean {
  const grace = graceOf(event);
  if (grace === undefined || grace.graceSeconds > ledger.graceAt(event)) return false;
  const pin = ledger.pinAt(grace.pinSeq);
  return pin === 'removed' || (pin !== undefined && isWithinGrace(event, grace, pin));
}

function expectedChallenge(
  sha256: Sha256,
  event: AccessEvent,
  proof: AccessProof,
  head: string,
): string | undefined {
  let nonce: Uint8Array;
  try {
    nonce = fromBase64url(proof.nonce);
  } catch {
    // Text outside the alphabet has no bytes: the same answer as bytes of the wrong length.
    return undefined;
  }
  // A second spelling of the same bytes (stray low bits) would pass as an unused nonce.
  if (nonce.length !== NONCE_BYTES || toBase64url(nonce) !== proof.nonce) return undefined;
  const place = { station: event.station, epoch: event.epoch, head, seq: proof.boundSeq };
  return toBase64url(accessChallenge(sha256, place, nonce));
}

/**
 * Within one journal the order of events is certain, so the counter must rise (WebAuthn §6.1.1).
 * Between stations it is not, because a station may upload days late; there a counter that was shown
 * before is what gives a clone away. A counter that stays 0 can show nothing.
 */
function isCounterFresh(
  credential: string,
  assertion: GoodAssertion,
  ledger: ProofLedger,
): boolean {
  const { counter, enrolledCounter } = assertion;
  const floor = Math.max(enrolledCounter, ledger.lastCounter(credential));
  if (counter === 0 && floor === 0) return true;
  return counter > floor && !ledger.wasCounterShown(credential, counter);
}
