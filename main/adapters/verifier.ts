import { verifyAuthenticationResponse } from '@simplewebauthn/server';
import { fromBase64url, toBase64url, utf8 } from '../../common/bytes.ts';
import { NONCE_BYTES, accessChallenge } from '../../common/challenge.ts';
import type { Credential } from '../../common/directory.ts';
import { type Result, err, ok } from '../../common/result.ts';
import type { Clock } from '../ports/clock.ts';
import type { StationState } from '../ports/station-state.ts';
import type { Assertion, Challenge, Verifier, VerifyRefusal } from '../ports/verifier.ts';
import { sha256 } from './sha256.ts';

export interface VerifierOptions {
  readonly rpId: string;
  readonly clock: Pick<Clock, 'mono'>;
  readonly random: (length: number) => Uint8Array;
  readonly counters: Pick<StationState, 'counter' | 'raiseCounter'>;
}

/** From the PIN to the touch and back. */
export const CHALLENGE_LIFE_MS = 60_000;

/** Flag bits of authenticator data, WebAuthn §6.1. */
const UP = 0x01;
const UV = 0x04;
const BE = 0x08;
const BS = 0x10;
/** rpIdHash 32, flags 1, signCount 4. */
const FIXED_BYTES = 37;

/** Verification per WebAuthn §7.2, offline, with the checks that the library leaves to its caller. */
export function createVerifier({ rpId, clock, random, counters }: VerifierOptions): Verifier {
  const origin = `https://${rpId}`;
  const rpIdHash = sha256(utf8(rpId));
  /** Challenges that are out, and since when. By identity: a made-up one is not in it. */
  const issued = new WeakMap<Challenge, number>();

  function spend(challenge: Challenge): VerifyRefusal | undefined {
    const since = issued.get(challenge);
    issued.delete(challenge);
    if (since === undefined) return 'challenge-used';
    return clock.mono() - since > CHALLENGE_LIFE_MS ? 'challenge-expired' : undefined;
  }

  /** Steps of §7.2 that need no signature; named by their codes. */
  function refusedData(
    { authenticatorData, userHandle }: Assertion,
    credential: Credential,
    isTap: boolean,
  ): VerifyRefusal | undefined {
    // Step 6: of a credential that was named, a key need not say whose it is.
    const isUnsaid = userHandle === undefined && isTap;
    if (!isUnsaid && toBase64url(userHandle ?? new Uint8Array()) !== credential.userHandle)
      return 'user-handle';
    if (authenticatorData.length < FIXED_BYTES) return 'authenticator-data';
    if (!Buffer.from(rpIdHash).equals(authenticatorData.subarray(0, 32))) return 'rp-id';
    const flags = authenticatorData[32] ?? 0;
    if ((flags & UP) === 0) return 'user-present';
    if ((flags & UV) === 0 && !isTap) return 'user-verified';
    // A credential that can be copied to a cloud belongs to no single key.
    if ((flags & (BE | BS)) !== 0) return 'backup-eligible';
    return undefined;
  }

  /** The library's checks: type, challenge and origin of the client data, RP ID, UP, UV, signature. */
  async function isSigned(
    challenge: Challenge,
    assertion: Assertion,
    credential: Credential,
    requireUserVerification: boolean,
  ): Promise<boolean> {
    const expected = accessChallenge(sha256, challenge.place, challenge.nonce);
    try {
      const { verified } = await verifyAuthenticationResponse({
        response: {
          id: credential.id,
          rawId: credential.id,
          type: 'public-key',
          clientExtensionResults: {},
          response: {
            clientDataJSON: toBase64url(challenge.clientDataJSON),
            authenticatorData: toBase64url(assertion.authenticatorData),
            signature: toBase64url(assertion.signature),
            ...(assertion.userHandle && { userHandle: toBase64url(assertion.userHandle) }),
          },
        },
        expectedChallenge: toBase64url(expected),
        expectedOrigin: origin,
        expectedRPID: rpId,
        requireUserVerification,
        // 0 = its counter check rests: ours comes after the signature and knows the station's own mark.
        credential: {
          id: credential.id,
          publicKey: fromBase64url(credential.publicKey),
          counter: 0,
        },
      });
      return verified;
    } catch {
      // The library throws its refusals, with words but without codes.
      return false;
    }
  }

  /** Step 22. Zero for ever means that the key cannot show a clone; anything else must rise. */
  function isCounterRefused({ authenticatorData }: Assertion, credential: Credential): boolean {
    const seen = Buffer.from(authenticatorData).readUInt32BE(33);
    const known = Math.max(credential.counter, counters.counter(credential.id));
    if (seen === 0 && known === 0) return false;
    if (seen <= known) return true;
    counters.raiseCounter(credential.id, seen);
    return false;
  }

  return {
    issue(place, tap) {
      const nonce = random(NONCE_BYTES);
      const challenge = toBase64url(accessChallenge(sha256, place, nonce));
      // Key order as WebAuthn §5.8.1.1 serialises it.
      const clientDataJSON = utf8(
        JSON.stringify({ type: 'webauthn.get', challenge, origin, crossOrigin: false }),
      );
      const made = { place, nonce, clientDataJSON, clientDataHash: sha256(clientDataJSON), tap };
      issued.set(made, clock.mono());
      return made;
    },

    async verify(challenge, assertion, directory) {
      const refuse = (code: VerifyRefusal): Result<never, VerifyRefusal> => err(code);
      const spent = spend(challenge);
      if (spent !== undefined) return refuse(spent);
      const id = toBase64url(assertion.credentialId);
      const credential = directory.credentials.find((known) => known.id === id);
      if (!credential?.active) return refuse('unknown-key');
      const member = directory.members.find((known) => known.id === credential.member);
      if (!member?.active) return refuse('member-inactive');
      const isTap = challenge.tap === credential.id;
      const refused = refusedData(assertion, credential, isTap);
      if (refused !== undefined) return refuse(refused);
      if (!(await isSigned(challenge, assertion, credential, !isTap))) return refuse('signature');
      if (isCounterRefused(assertion, credential)) return refuse('counter');
      return ok({
        member,
        credential,
        isUserVerified: ((assertion.authenticatorData[32] ?? 0) & UV) !== 0,
        proof: {
          boundSeq: challenge.place.seq,
          nonce: toBase64url(challenge.nonce),
          credential: credential.id,
          authenticatorData: toBase64url(assertion.authenticatorData),
          clientDataJSON: toBase64url(challenge.clientDataJSON),
          signature: toBase64url(assertion.signature),
        },
      });
    },
  };
}
