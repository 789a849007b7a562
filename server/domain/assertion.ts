import { verifyAuthenticationResponse } from '@simplewebauthn/server';
import { parseAuthenticatorData } from '@simplewebauthn/server/helpers';
import * as z from 'zod';
import { type Sha256, fromBase64url, toHex, utf8 } from '../../common/bytes.ts';
import type { Credential } from '../../common/directory.ts';
import type { AccessEvent, AccessProof } from '../../common/event.ts';
import { graceOf } from '../../common/grace.ts';
import type { AssertionCheck, ProofReason } from './proof.ts';

/** CollectedClientData (WebAuthn §5.8.1), as far as it is checked here. */
const clientData = z.looseObject({
  type: z.string(),
  challenge: z.string(),
  origin: z.string(),
  crossOrigin: z.boolean().optional(),
  topOrigin: z.never().optional(),
});

const refused = (reason: ProofReason): AssertionCheck => ({ ok: false, reason });

/**
 * Verifies the assertion in an event again (WebAuthn §7.2), all but the journal's place and what was
 * used before: those need the chain and are judged with it. The order of the steps is the order of the
 * reasons: the first that fails is told.
 */
export async function checkAssertion(
  event: AccessEvent,
  proof: AccessProof,
  credential: Credential | undefined,
  rpId: string,
  sha256: Sha256,
): Promise<AssertionCheck> {
  if (credential === undefined) return refused('credential-unknown');
  if (event.key !== undefined && event.key !== proof.credential) return refused('key-mismatch');
  if (event.member !== credential.member) return refused('member-mismatch');

  const parsed = parse(proof);
  if (parsed === undefined) return refused('malformed');
  const { client, authenticator } = parsed;
  if (client.type !== 'webauthn.get') return refused('client-data-type');
  if (client.origin !== `https://${rpId}` || client.crossOrigin === true) return refused('origin');
  if (toHex(authenticator.rpIdHash) !== toHex(sha256(utf8(rpId)))) return refused('rp-id');
  if (!authenticator.flags.up) return refused('user-present');
  const { uv: isUserVerified } = authenticator.flags;
  // One that names the access with the PIN is judged with the chain.
  if (!isUserVerified && graceOf(event) === undefined) return refused('user-verified');
  // One credential belongs to one key: a backed-up passkey is in more than one place.
  if (authenticator.flags.be || authenticator.flags.bs) return refused('backup-eligible');

  const expected = { challenge: client.challenge, rpId, isUserVerified };
  if (!(await isSignedBy(proof, credential, expected))) return refused('signature');
  return {
    ok: true,
    isUserVerified,
    challenge: client.challenge,
    counter: authenticator.counter,
    enrolledCounter: credential.counter,
  };
}

/** Whether the key says that it verified its user, in a proof that was checked before (WebAuthn §6.1). */
export const isUserVerified = (proof: AccessProof): boolean =>
  parseAuthenticatorData(fromBase64url(proof.authenticatorData)).flags.uv;

function parse(proof: AccessProof) {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(
      fromBase64url(proof.clientDataJSON),
    );
    return {
      client: clientData.parse(JSON.parse(text)),
      authenticator: parseAuthenticatorData(fromBase64url(proof.authenticatorData)),
    };
  } catch {
    // Whatever is wrong with bytes from outside, the answer is the same code.
    return undefined;
  }
}

async function isSignedBy(
  proof: AccessProof,
  credential: Credential,
  expected: { readonly challenge: string; readonly rpId: string; readonly isUserVerified: boolean },
): Promise<boolean> {
  try {
    const { verified } = await verifyAuthenticationResponse({
      response: {
        id: proof.credential,
        rawId: proof.credential,
        type: 'public-key',
        clientExtensionResults: {},
        response: {
          clientDataJSON: proof.clientDataJSON,
          authenticatorData: proof.authenticatorData,
          signature: proof.signature,
        },
      },
      expectedChallenge: expected.challenge,
      expectedOrigin: `https://${expected.rpId}`,
      expectedRPID: expected.rpId,
      requireUserVerification: expected.isUserVerified,
      // The counter is judged in the journal's order, see `judgeProof`.
      credential: { id: credential.id, publicKey: fromBase64url(credential.publicKey), counter: 0 },
    });
    return verified;
  } catch {
    // The library throws for a signature or key that it cannot parse: that proves nothing either.
    return false;
  }
}
