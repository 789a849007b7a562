import * as z from 'zod';

/** What can go wrong with a key, one code each. The same codes stand in events, logs and translations. */
export const keyRefusals = [
  /** CTAP2_ERR_PIN_INVALID: the attempt goes on; `pinRetries` tells how many tries are left. */
  'pin-mismatch',
  /** CTAP2_ERR_PIN_AUTH_BLOCKED: three in a row; take the key out and put it back. */
  'pin-blocked',
  /** CTAP2_ERR_PIN_BLOCKED: no tries left; the key must be reset. */
  'pin-locked',
  'pin-not-set',
  'pin-too-short',
  /** forcePINChange is set. */
  'pin-must-change',
  /** The key holds no credential of this practice. */
  'no-credential',
  /** More than one person's credential on one key. */
  'several-credentials',
  /** CTAP1 only. */
  'u2f-only',
  /** It claims a member's credential and cannot sign for it: no key of ours. It does not get the PIN. */
  'not-genuine',
  /** CTAP2_ERR_CREDENTIAL_EXCLUDED: it holds a credential of this person already. */
  'already-enrolled',
  /** CTAP2_ERR_KEY_STORE_FULL */
  'key-full',
  /** CTAP2_ERR_UNSUPPORTED_ALGORITHM */
  'unsupported-algorithm',
  /** No touch within the time. */
  'touch-timeout',
  'removed',
  /** Opening failed: no permission. */
  'no-permission',
  /** Another program or channel holds the key. */
  'busy',
  /** The key answered outside the protocol, or not at all. */
  'unreadable',
  'cancelled',
] as const;
export const keyRefusal = z.enum(keyRefusals);
export type KeyRefusal = z.infer<typeof keyRefusal>;
