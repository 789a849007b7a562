import type { KeyRefusal } from '../../common/key-refusal.ts';
import { type Result, err, ok, unreachable } from '../../common/result.ts';
import { getKeyAgreement, getPinRetries, getPinToken } from './client-pin.ts';
import type { CtapCrypto } from './crypto-port.ts';
import { CtapHid } from './ctaphid.ts';
import { type RawAssertion, getAssertion } from './get-assertion.ts';
import { type AuthenticatorInfo, getInfo } from './get-info.ts';
import type { PacketPort, Surroundings } from './packet-port.ts';
import type { SharedSecret } from './pin-protocol-two.ts';
import { CtapLinkError, CtapStatusError, STATUS } from './status.ts';

/** How long a hand may take to reach the key, in ms. */
const TOUCH_MS = 30_000;
/** CTAP 2.1 §6.5.1: four code points at least, 63 bytes at most. */
const MIN_PIN_CODE_POINTS = 4;
const MAX_PIN_BYTES = 63;

/** A ceremony that did not reach its end; `retry` when the same key may be given another PIN. */
export interface Refused {
  readonly code: KeyRefusal;
  readonly retry: boolean;
  readonly pinRetries?: number;
}

export interface Ready {
  readonly pinRetries: number;
  readonly minPinLength: number;
}

export interface Presented {
  readonly assertion: RawAssertion;
  /** Reports exchanged after the PIN, both directions, keepalives aside. */
  readonly reports: number;
}

export interface CeremonyContext {
  readonly port: PacketPort;
  readonly crypto: CtapCrypto;
  readonly surroundings: Surroundings;
  readonly rpId: string;
  /** The key was pulled; told once, also while nothing runs. */
  readonly onGone: () => void;
}

/** What `begin` has fetched, and every mismatch renews. */
interface Prepared {
  readonly info: AuthenticatorInfo;
  readonly secret: SharedSecret;
  readonly pinRetries: number;
}

/** The access ceremony with one key: `begin`, then `present` with a PIN until it holds or is refused. */
export class Ceremony {
  private readonly context: CeremonyContext;
  private readonly hid: CtapHid;
  private prepared: Prepared | undefined;

  constructor(context: CeremonyContext) {
    this.context = context;
    this.hid = new CtapHid(context.port, context.surroundings, context.onGone);
  }

  /** Everything that needs no PIN, done while it is typed: INIT, getInfo, retries, key agreement. */
  begin(): Promise<Result<Ready, Refused>> {
    return guard(async () => {
      const { cbor } = await this.hid.open();
      if (!cbor) return refused('u2f-only');
      const info = await getInfo(this.hid);
      const refusal = unusable(info);
      if (refusal) return refused(refusal);
      return this.prepare(info);
    });
  }

  /** Gives the key this PIN (UTF-8, overwritten) and asks for one touch. */
  async present(
    pin: Uint8Array,
    clientDataHash: Uint8Array,
    onTouch: () => void,
  ): Promise<Result<Presented, Refused>> {
    try {
      const { prepared } = this;
      if (!prepared) throw new Error('present before begin');
      if (codePoints(pin) < minPinLength(prepared.info)) return refused('pin-too-short');
      // Longer than any PIN can be: no reason to spend a try on it.
      if (pin.length > MAX_PIN_BYTES) {
        return err({ code: 'pin-mismatch', retry: true, pinRetries: prepared.pinRetries });
      }
      const before = this.hid.reports;
      const token = await guard(async () => ok(await this.token(prepared, pin)));
      if (!token.ok) return await this.afterRefusal(prepared.info, token.error);
      const assertion = await guard(async () =>
        ok(await this.assertion(token.value, clientDataHash, onTouch)),
      );
      if (!assertion.ok) return assertion;
      if (assertion.value.credentials > 1) return refused('several-credentials');
      return ok({ assertion: assertion.value, reports: this.hid.reports - before });
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

  private async prepare(info: AuthenticatorInfo): Promise<Result<Ready, Refused>> {
    const { retries, needsReinsert } = await getPinRetries(this.hid);
    if (retries === 0) return refused('pin-locked', 0);
    if (needsReinsert) return refused('pin-blocked', retries);
    const secret = await getKeyAgreement(this.hid, this.context.crypto);
    this.prepared?.secret.forget();
    this.prepared = { info, secret, pinRetries: retries };
    return ok({ pinRetries: retries, minPinLength: minPinLength(info) });
  }

  private token({ info, secret }: Prepared, pin: Uint8Array): Promise<Uint8Array> {
    const rpId = info.pinUvAuthToken ? this.context.rpId : undefined;
    return getPinToken(this.hid, this.context.crypto, secret, pin, rpId);
  }

  private async assertion(
    token: Uint8Array,
    clientDataHash: Uint8Array,
    onTouch: () => void,
  ): Promise<RawAssertion> {
    const { crypto, rpId } = this.context;
    try {
      return await getAssertion(
        this.hid,
        crypto,
        { rpId, clientDataHash, token },
        { onTouch, limitMs: TOUCH_MS },
      );
    } finally {
      token.fill(0);
    }
  }

  /** After a mismatch the key has a new agreement key (§6.5.5.7.2): fetch it while the next PIN is typed. */
  private async afterRefusal(
    info: AuthenticatorInfo,
    refusal: Refused,
  ): Promise<Result<never, Refused>> {
    if (!refusal.retry) return err(refusal);
    const next = await guard(() => this.prepare(info));
    return next.ok ? err({ ...refusal, pinRetries: next.value.pinRetries }) : next;
  }
}

/** Why this key cannot be used for access at all; undefined when it can. */
function unusable(info: AuthenticatorInfo): KeyRefusal | undefined {
  if (!info.versions.some((version) => version.startsWith('FIDO_2_'))) return 'u2f-only';
  if (info.clientPin === undefined || !info.pinUvAuthProtocols.includes(2)) return 'unreadable';
  if (!info.clientPin) return 'pin-not-set';
  return info.forcePinChange ? 'pin-must-change' : undefined;
}

const minPinLength = (info: AuthenticatorInfo): number =>
  Math.max(MIN_PIN_CODE_POINTS, info.minPinLength);

/** Code points of UTF-8 text: every byte that does not continue one. */
const codePoints = (text: Uint8Array): number =>
  text.reduce((count, byte) => ((byte & 0xc0) === 0x80 ? count : count + 1), 0);

async function guard<T>(run: () => Promise<Result<T, Refused>>): Promise<Result<T, Refused>> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof CtapStatusError) return fromStatus(error.status);
    if (error instanceof CtapLinkError) return refused(fromFault(error));
    throw error;
  }
}

function refused(code: KeyRefusal, pinRetries?: number): Result<never, Refused> {
  return err({ code, retry: false, ...(pinRetries === undefined ? {} : { pinRetries }) });
}

function fromStatus(status: number): Result<never, Refused> {
  switch (status) {
    case STATUS.PIN_INVALID:
      return err({ code: 'pin-mismatch', retry: true });
    case STATUS.PIN_AUTH_BLOCKED:
      return refused('pin-blocked');
    case STATUS.PIN_BLOCKED:
      return refused('pin-locked', 0);
    case STATUS.PIN_NOT_SET:
      return refused('pin-not-set');
    case STATUS.PIN_POLICY_VIOLATION:
      return refused('pin-must-change');
    case STATUS.NO_CREDENTIALS:
      return refused('no-credential');
    case STATUS.CHANNEL_BUSY:
      return refused('busy');
    // §6.2.2 step 9: a key that waited in vain for a touch says "denied"; older ones say "timeout".
    case STATUS.OPERATION_DENIED:
    case STATUS.USER_ACTION_TIMEOUT:
    case STATUS.ACTION_TIMEOUT:
      return refused('touch-timeout');
    case STATUS.KEEPALIVE_CANCEL:
      return refused('cancelled');
    default:
      return refused('unreadable');
  }
}

function fromFault(error: CtapLinkError): KeyRefusal {
  switch (error.fault) {
    case 'removed':
    case 'busy':
    case 'cancelled':
      return error.fault;
    case 'untouched':
      return 'touch-timeout';
    case 'silent':
    case 'malformed':
      return 'unreadable';
    default:
      return unreachable(error.fault);
  }
}
