import type { KeyRefusal } from '../../common/key-refusal.ts';
import { type Result, err, ok } from '../../common/result.ts';
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

/** The access ceremony with one key: `begin`, then `present` with a PIN until it holds or is refused. */
export class Ceremony {
  private readonly hid: CtapHid;
  private readonly crypto: CtapCrypto;
  private readonly surroundings: Surroundings;
  private readonly rpId: string;
  private info: AuthenticatorInfo | undefined;
  private secret: SharedSecret | undefined;
  private cancelled = false;
  private overtime = false;

  constructor(port: PacketPort, crypto: CtapCrypto, surroundings: Surroundings, rpId: string) {
    this.hid = new CtapHid(port, surroundings);
    this.crypto = crypto;
    this.surroundings = surroundings;
    this.rpId = rpId;
  }

  /** Everything that needs no PIN, done while it is typed: INIT, getInfo, retries, key agreement. */
  begin(): Promise<Result<Ready, Refused>> {
    return this.guard(async () => {
      const { cbor } = await this.hid.open();
      if (!cbor) return refused('u2f-only');
      const info = await getInfo(this.hid);
      this.info = info;
      if (!info.versions.some((version) => version.startsWith('FIDO_2_'))) return refused('u2f-only');
      if (info.clientPin === undefined || !info.pinUvAuthProtocols.includes(2)) return refused('unreadable');
      if (!info.clientPin) return refused('pin-not-set');
      if (info.forcePinChange) return refused('pin-must-change');
      const pinRetries = await getPinRetries(this.hid);
      if (pinRetries === 0) return refused('pin-locked', 0);
      this.secret = await getKeyAgreement(this.hid, this.crypto);
      return ok({ pinRetries, minPinLength: Math.max(4, info.minPinLength) });
    });
  }

  /** Gives the key this PIN (UTF-8, overwritten) and asks for one touch. */
  async present(
    pin: Uint8Array,
    clientDataHash: Uint8Array,
    onTouch: () => void,
  ): Promise<Result<{ readonly assertion: RawAssertion; readonly reports: number }, Refused>> {
    try {
      if (pin.length > MAX_PIN_BYTES) return refused('pin-mismatch');
      const before = this.hid.reports;
      const token = await this.guard(async () => ok(await this.token(pin)));
      if (!token.ok) return await this.afterMismatch(token.error);
      const assertion = await this.guard(async () => {
        const stop = this.surroundings.after(TOUCH_MS, () => {
          this.overtime = true;
          this.hid.cancel();
        });
        try {
          return ok(
            await getAssertion(
              this.hid,
              this.crypto,
              { rpId: this.rpId, clientDataHash, token: token.value },
              onTouch,
            ),
          );
        } finally {
          stop();
          token.value.fill(0);
        }
      });
      if (!assertion.ok) return assertion;
      // A result that crossed our cancel on the way is thrown away.
      if (this.cancelled) return refused('cancelled');
      if (assertion.value.credentials > 1) return refused('several-credentials');
      return ok({ assertion: assertion.value, reports: this.hid.reports - before });
    } finally {
      pin.fill(0);
    }
  }

  /** Ends whatever runs; its promise resolves with `cancelled`. */
  cancel(): void {
    this.cancelled = true;
    this.hid.cancel();
  }

  close(): void {
    this.cancelled = true;
    this.secret?.forget();
    this.hid.close();
  }

  private token(pin: Uint8Array): Promise<Uint8Array> {
    if (!this.secret) throw new Error('present before begin');
    const rpId = this.info?.pinUvAuthToken ? this.rpId : undefined;
    return getPinToken(this.hid, this.crypto, this.secret, pin, rpId);
  }

  /** The key has made itself a new agreement key (§6.5.5.7.2); fetch it while the next PIN is typed. */
  private async afterMismatch(refusal: Refused): Promise<Result<never, Refused>> {
    if (!refusal.retry) return err(refusal);
    const next = await this.guard(async () => {
      const pinRetries = await getPinRetries(this.hid);
      this.secret?.forget();
      this.secret = await getKeyAgreement(this.hid, this.crypto);
      return ok(pinRetries);
    });
    return next.ok ? err({ ...refusal, pinRetries: next.value }) : next;
  }

  private async guard<T>(run: () => Promise<Result<T, Refused>>): Promise<Result<T, Refused>> {
    try {
      return this.cancelled ? refused('cancelled') : await run();
    } catch (error) {
      if (this.cancelled) return refused('cancelled');
      if (error instanceof CtapStatusError) return this.fromStatus(error.status);
      if (error instanceof CtapLinkError) return refused(fromFault(error));
      throw error;
    }
  }

  private fromStatus(status: number): Result<never, Refused> {
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
      case STATUS.USER_ACTION_TIMEOUT:
      case STATUS.ACTION_TIMEOUT:
        return refused('touch-timeout');
      case STATUS.KEEPALIVE_CANCEL:
        return refused(this.overtime ? 'touch-timeout' : 'cancelled');
      default:
        return refused('unreadable');
    }
  }
}

function refused(code: KeyRefusal, pinRetries?: number): Result<never, Refused> {
  return err({ code, retry: false, ...(pinRetries === undefined ? {} : { pinRetries }) });
}

function fromFault(error: CtapLinkError): KeyRefusal {
  switch (error.fault) {
    case 'removed':
      return 'removed';
    case 'busy':
      return 'busy';
    case 'cancelled':
      return 'cancelled';
    case 'silent':
    case 'malformed':
      return 'unreadable';
  }
}
