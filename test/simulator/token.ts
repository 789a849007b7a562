import { randomBytes } from 'node:crypto';
import type { PinProtocol } from './pin-protocol.ts';
import { Refusal, STATUS } from './status.ts';

/** Permissions of a pinUvAuthToken (CTAP 2.1 §6.5.5.7). */
export const PERMISSION = {
  makeCredential: 0x01,
  getAssertion: 0x02,
  credentialManagement: 0x04,
  bioEnrollment: 0x08,
  authenticatorConfig: 0x20,
} as const;

/** §6.5.2.1: over USB a token must be used within this time, and is good for nothing after the other. */
const FIRST_USE_MS = 30_000;
/** §6.5.2.1: so long the finger that was verified for a token is presence, too. */
const PRESENT_MS = 30_000;
const LIFE_MS = 600_000;

interface Token {
  readonly version: number;
  readonly secret: Uint8Array;
  readonly issued: number;
  permissions: number;
  rpId: string | undefined;
  used: boolean;
  present: boolean;
}

/** The key's one pinUvAuthToken and its state (§6.5.2.1). */
export function tokenStore(now: () => number) {
  let token: Token | undefined;

  const inUse = () => {
    const age = token === undefined ? 0 : now() - token.issued;
    if (token && (age > LIFE_MS || (!token.used && age > FIRST_USE_MS))) token = undefined;
    return token;
  };

  return {
    /** resetPinUvAuthToken and beginUsingPinUvAuthToken; returns the secret. */
    issue(
      version: number,
      permissions: number,
      rpId: string | undefined,
      present = false,
    ): Uint8Array {
      const secret = randomBytes(32);
      token = { version, secret, issued: now(), permissions, rpId, used: false, present };
      return secret;
    },
    /** Throws unless `signature` is the token's and the token has the permission. */
    verify(
      protocol: PinProtocol,
      message: Uint8Array,
      signature: Uint8Array,
      permission: number,
    ): Token {
      const current = inUse();
      if (current?.version !== protocol.version) throw new Refusal(STATUS.pinAuthInvalid);
      protocol.verify(current.secret, message, signature);
      if ((current.permissions & permission) === 0) throw new Refusal(STATUS.pinAuthInvalid);
      current.used = true;
      return current;
    },
    /** getUserPresentFlagValue (§6.5.2.1) */
    isUserPresent: (): boolean => token?.present === true && now() - token.issued <= PRESENT_MS,
    /** §6.1.2 step 14, §6.2.2 step 9: a token is good for one presence. */
    spend() {
      if (token) Object.assign(token, { permissions: 0, present: false });
    },
    stop() {
      token = undefined;
    },
  };
}

export type TokenStore = ReturnType<typeof tokenStore>;
