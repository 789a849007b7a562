import type { KeyRefusal } from '../../common/key-refusal.ts';
import { type Result, err, ok } from '../../common/result.ts';
import { getKeyAgreement, getPinRetries } from './client-pin.ts';
import type { CtapCrypto } from './crypto-port.ts';
import { CtapHid } from './ctaphid.ts';
import { type RawAssertion, getAssertion } from './get-assertion.ts';
import { type AuthenticatorInfo, getInfo } from './get-info.ts';
import { need } from './message.ts';
import type { PacketPort, Surroundings } from './packet-port.ts';
import type { PinProtocolNumber } from './pin-protocol.ts';
import { PERMISSION, getPinToken, getTokenUsingPin } from './pin-token.ts';
import { type KnownKey, isProvable, proveKnown } from './prove-known.ts';
import { type Refused, guard, refused } from './refusal.ts';
import { awaitTouch } from './selection.ts';
import { MAX_PIN_BYTES, MIN_PIN_CODE_POINTS, codePoints } from './set-pin.ts';
import { type PinToken, type SharedSecret, commonProtocol } from './shared-secret.ts';

/** How long a hand may take to reach the key, in ms. */
const TOUCH_MS = 30_000;

export interface Ready {
  readonly pinRetries: number;
  readonly minPinLength: number;
  /** The credential with which the key has proved itself, of those that were known. */
  readonly proven: Uint8Array | undefined;
  /** Whether that credential signs for a touch without PIN; never with alwaysUv or credProtect 3. */
  readonly takesTouch: boolean;
}

export interface Presented {
  readonly assertion: RawAssertion;
  /** Reports exchanged after the PIN, or for a touch without it, both directions, keepalives aside. */
  readonly reports: number;
}

export interface CeremonyContext {
  readonly port: PacketPort;
  readonly crypto: CtapCrypto;
  readonly surroundings: Surroundings;
  readonly rpId: string;
  /** Credentials of the directory, those of the members who have a session here first. */
  readonly known: readonly KnownKey[];
  /** No PIN for a key that proves none of them. */
  readonly mustProve: boolean;
  /** The key was pulled; told once, also while nothing runs. */
  readonly onGone: () => void;
}

/** A key that can be used: what `identify` has found out. */
interface Identity {
  readonly info: AuthenticatorInfo;
  readonly protocol: PinProtocolNumber;
}

/** What `prepare` has fetched, and every mismatch renews. */
interface Prepared {
  readonly secret: SharedSecret;
  readonly pinRetries: number;
}

/** With user verification, or by the one credential that answers without. */
type By = { readonly token: PinToken } | { readonly allow: readonly [Uint8Array] };

/**
 * The access ceremony with one key: `identify`, `selected` where there are several keys, `prepare`, then
 * `present` with a PIN until it holds or is refused; or `touched` once, where policy asks for no PIN.
 */
export class Ceremony {
  private readonly context: CeremonyContext;
  private readonly hid: CtapHid;
  private identity: Identity | undefined;
  private prepared: Prepared | undefined;
  private taking: Uint8Array | undefined;

  constructor(context: CeremonyContext) {
    this.context = context;
    this.hid = new CtapHid(context.port, context.surroundings, context.onGone);
  }

  /** Opens a channel and asks what the key is. */
  identify(): Promise<Result<undefined, Refused>> {
    return guard(async () => {
      const { cbor } = await this.hid.open();
      if (!cbor) return refused('u2f-only');
      const info = await getInfo(this.hid);
      if (!info.versions.some((version) => version.startsWith('FIDO_2_')))
        return refused('u2f-only');
      const protocol = commonProtocol(info.pinUvAuthProtocols);
      if (info.clientPin === undefined || protocol === undefined) return refused('unreadable');
      this.identity = { info, protocol };
      return ok(undefined);
    });
  }

  /** Resolves when a hand touches this key, which is thereby chosen among several. */
  selected(): Promise<Result<undefined, Refused>> {
    return guard(async () => {
      await awaitTouch(this.hid, this.known().info, { limitMs: TOUCH_MS });
      return ok(undefined);
    });
  }

  /** Everything else that needs no PIN, done before one is asked for: proof, retries, key agreement. */
  prepare(): Promise<Result<Ready, Refused>> {
    return guard(async () => {
      const identity = this.known();
      const refusal = unready(identity.info);
      if (refusal) return refused(refusal);
      const { crypto, rpId, known, mustProve } = this.context;
      const proof = await proveKnown(this.hid, crypto, { rpId, known, info: identity.info });
      if (!proof.ok) return refused(proof.error);
      // Where something cannot be proven at all, nobody can be held to it.
      const couldProve = known.every(isProvable);
      if (mustProve && couldProve && proof.value === undefined) return refused('no-credential');
      const agreed = await this.agree(identity);
      if (!agreed.ok) return agreed;
      const { pinRetries } = agreed.value;
      const proven = proof.value;
      // §6.2.2 step 5: alwaysUv leaves only silent assertions without. credProtect 3 has not proven anything.
      this.taking = identity.info.alwaysUv ? undefined : proven;
      return ok({
        pinRetries,
        minPinLength: minPinLength(identity.info),
        proven,
        takesTouch: this.taking !== undefined,
      });
    });
  }

  /** Asks the credential that has proved itself for one touch, without PIN. */
  touched(clientDataHash: Uint8Array, onTouch: () => void): Promise<Result<Presented, Refused>> {
    return guard(async () => {
      if (!this.taking) throw new Error('this key takes no touch without PIN');
      const before = this.hid.reports;
      const assertion = await this.assertion({ allow: [this.taking] }, clientDataHash, onTouch);
      return ok({ assertion, reports: this.hid.reports - before });
    });
  }

  /** Gives the key this PIN (UTF-8, overwritten) and asks for one touch. */
  async present(
    pin: Uint8Array,
    clientDataHash: Uint8Array,
    onTouch: () => void,
  ): Promise<Result<Presented, Refused>> {
    try {
      const { identity, prepared } = this;
      if (!identity || !prepared) throw new Error('present before prepare');
      if (codePoints(pin) < minPinLength(identity.info)) return refused('pin-too-short');
      // Longer than any PIN can be: no reason to spend a try on it.
      if (pin.length > MAX_PIN_BYTES) {
        return err({ code: 'pin-mismatch', retry: true, pinRetries: prepared.pinRetries });
      }
      const before = this.hid.reports;
      const made = await guard(async () => ok(await this.token(identity, prepared, pin)));
      if (!made.ok) return await this.afterRefusal(identity, made.error);
      const token = made.value;
      try {
        return await guard(async () => {
          const assertion = await this.assertion({ token }, clientDataHash, onTouch);
          if (assertion.credentials > 1) return refused('several-credentials');
          need(assertion.userHandle, 'user id');
          return ok({ assertion, reports: this.hid.reports - before });
        });
      } finally {
        token.forget();
      }
    } finally {
      pin.fill(0);
    }
  }

  /** Ends whatever runs, with `cancelled`, and lets go of the key. */
  async close(): Promise<void> {
    await this.hid.close();
    this.prepared?.secret.forget();
    this.prepared = undefined;
  }

  private known(): Identity {
    if (!this.identity) throw new Error('the key is not identified yet');
    return this.identity;
  }

  private async agree({ protocol }: Identity): Promise<Result<Prepared, Refused>> {
    const { retries, needsReinsert } = await getPinRetries(this.hid, protocol);
    if (retries === 0) return refused('pin-locked', 0);
    if (needsReinsert) return refused('pin-blocked', retries);
    const secret = await getKeyAgreement(this.hid, this.context.crypto, protocol);
    this.prepared?.secret.forget();
    this.prepared = { secret, pinRetries: retries };
    return ok(this.prepared);
  }

  private token({ info }: Identity, { secret }: Prepared, pin: Uint8Array): Promise<PinToken> {
    const { crypto, rpId } = this.context;
    if (!info.pinUvAuthToken) return getPinToken(this.hid, crypto, secret, pin);
    const permissions = { bits: PERMISSION.GET_ASSERTION, rpId };
    return getTokenUsingPin(this.hid, crypto, secret, pin, permissions);
  }

  private assertion(by: By, clientDataHash: Uint8Array, onTouch: () => void) {
    return getAssertion(
      this.hid,
      { rpId: this.context.rpId, clientDataHash, touch: true, ...by },
      { onTouch, limitMs: TOUCH_MS },
    );
  }

  /** After a mismatch the key has a new agreement key (§6.5.5.7.2): fetch it while the next PIN is typed. */
  private async afterRefusal(
    identity: Identity,
    refusal: Refused,
  ): Promise<Result<never, Refused>> {
    if (!refusal.retry) return err(refusal);
    const next = await guard(() => this.agree(identity));
    return next.ok ? err({ ...refusal, pinRetries: next.value.pinRetries }) : next;
  }
}

/** Why this key cannot take a PIN now; undefined when it can. */
function unready(info: AuthenticatorInfo): KeyRefusal | undefined {
  if (info.clientPin === false) return 'pin-not-set';
  return info.forcePinChange ? 'pin-must-change' : undefined;
}

const minPinLength = (info: AuthenticatorInfo): number =>
  Math.max(MIN_PIN_CODE_POINTS, info.minPinLength);
