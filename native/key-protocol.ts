import * as z from 'zod';
import { keyRefusal } from '../common/key-refusal.ts';

/** Whoever keeps the process running asks whether it is there. */
export const ping = z.strictObject({ kind: z.literal('ping') });
/** The answer: the process lives, and holds no key that it should have let go of. */
export const pong = z.strictObject({ kind: z.literal('pong') });
/** The agent lives. From the first one on the key process ends it when no more of them come (ADR 10). */
export const agentBeat = z.strictObject({
  kind: z.literal('beat'),
  /** Of the agent's main process. */
  pid: z.int().positive(),
  /** File that gets a line when it comes to that. */
  log: z.string(),
});
export type AgentBeat = z.infer<typeof agentBeat>;

/**
 * Messages between the agent and its key process (structured clone over a MessagePort).
 * One authentication attempt at a time; `attempt` counts up and stale answers are ignored.
 */
const attempt = z.int().positive();
/**
 * Two keys each for a staff of 64. A key is asked for as many at a time as its allow list is long, eight as
 * a rule: sixteen questions, before the PIN pad is there.
 */
export const MAX_KNOWN = 128;
const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array);

export const keyCommand = z.discriminatedUnion('kind', [
  /**
   * Open the keys, let a touch choose where there are several, and do everything that needs no PIN.
   * `known` are credentials of the directory, with their COSE_Key, which the chosen key may prove that it
   * holds. With `mustProve` these are all there are: a key that proves none is refused before the PIN.
   */
  z.strictObject({
    kind: z.literal('begin'),
    attempt,
    rpId: z.string().min(1),
    known: z.array(z.strictObject({ credentialId: bytes, publicKey: bytes })).max(MAX_KNOWN),
    mustProve: z.boolean().optional(),
  }),
  /** UTF-8 PIN and the 32-byte SHA-256 of the client data. The receiver overwrites `pin`. */
  z.strictObject({ kind: z.literal('pin'), attempt, pin: bytes, clientDataHash: bytes }),
  /** Instead of the PIN, to a key that is `ready` and `takesTouch`: one touch, without user verification. */
  z.strictObject({ kind: z.literal('touch'), attempt, clientDataHash: bytes }),
  z.strictObject({ kind: z.literal('cancel'), attempt }),
]);
export type KeyCommand = z.infer<typeof keyCommand>;

export const keyEvent = z.discriminatedUnion('kind', [
  /** The keys plugged in now; sent at start and at each change, never during a transaction. */
  z.strictObject({
    kind: z.literal('keys'),
    keys: z.array(
      z.strictObject({
        id: z.string(),
        product: z.string(),
        vendorId: z.int(),
        simulated: z.boolean(),
      }),
    ),
  }),
  /** Several keys are in: the one touched first is used. */
  z.strictObject({ kind: z.literal('choose'), attempt }),
  /** The key waits for the PIN. */
  z.strictObject({
    kind: z.literal('ready'),
    attempt,
    pinRetries: z.int().nonnegative(),
    minPinLength: z.int().min(4),
    /** The known credential for which the key has signed already, without PIN and touch. */
    credentialId: bytes.optional(),
    /** Whether that credential signs for a touch without PIN. */
    takesTouch: z.boolean(),
  }),
  /** Keepalive STATUS_UPNEEDED. */
  z.strictObject({ kind: z.literal('touch'), attempt }),
  z.strictObject({
    kind: z.literal('assertion'),
    attempt,
    credentialId: bytes,
    authenticatorData: bytes,
    signature: bytes,
    /** A key may leave it out after a touch without PIN. */
    userHandle: bytes.optional(),
    /** 64-byte reports exchanged after the PIN or for the touch, both directions, keepalives aside. */
    reports: z.int().positive(),
  }),
  z.strictObject({
    kind: z.literal('refused'),
    attempt,
    code: keyRefusal,
    pinRetries: z.int().nonnegative().optional(),
  }),
]);
export type KeyEvent = z.infer<typeof keyEvent>;
