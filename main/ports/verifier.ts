import type { JournalPlace } from '../../common/challenge.ts';
import type { Credential, DirectorySnapshot, Member } from '../../common/directory.ts';
import type { AccessProof } from '../../common/event.ts';
import type { Result } from '../../common/result.ts';

/** What the key process returned, as bytes. */
export interface Assertion {
  readonly credentialId: Uint8Array;
  readonly authenticatorData: Uint8Array;
  readonly signature: Uint8Array;
  /** A key may leave it out where no user was verified. */
  readonly userHandle?: Uint8Array | undefined;
}

/** A single-use, short-lived challenge for one access at one place of the journal. */
export interface Challenge {
  readonly place: JournalPlace;
  readonly nonce: Uint8Array;
  readonly clientDataJSON: Uint8Array;
  /** SHA-256 of clientDataJSON: what the key signs. */
  readonly clientDataHash: Uint8Array;
  /** Credential id, base64url, from which a touch without PIN is taken. */
  readonly tap: string | undefined;
}

/** The failed step, named after WebAuthn §7.2; all become the notice "not-verified" but the first two. */
export type VerifyRefusal =
  | 'unknown-key'
  | 'member-inactive'
  | 'challenge-used'
  | 'challenge-expired'
  | 'user-handle'
  | 'authenticator-data'
  | 'rp-id'
  | 'user-present'
  | 'user-verified'
  | 'backup-eligible'
  | 'counter'
  | 'signature';

export interface Verified {
  readonly member: Member;
  readonly credential: Credential;
  readonly proof: AccessProof;
  readonly isUserVerified: boolean;
}

export interface Verifier {
  /** A fresh challenge at this place; with `tap` it may be answered without PIN, by that credential only. */
  issue(place: JournalPlace, tap?: string): Challenge;
  /** Verifies once; the challenge is spent whatever the outcome. */
  verify(
    challenge: Challenge,
    assertion: Assertion,
    directory: DirectorySnapshot,
  ): Promise<Result<Verified, VerifyRefusal>>;
}
