import type { KeyRefusal } from '../../common/key-refusal.ts';
import { type Result, err, unreachable } from '../../common/result.ts';
import { CtapLinkError, CtapStatusError, type LinkFault, STATUS } from './status.ts';

/** A ceremony that did not reach its end; `retry` when the same key may be given another PIN. */
export interface Refused {
  readonly code: KeyRefusal;
  readonly retry: boolean;
  readonly pinRetries?: number;
}

export function refused(code: KeyRefusal, pinRetries?: number): Result<never, Refused> {
  return err({ code, retry: false, ...(pinRetries === undefined ? {} : { pinRetries }) });
}

/** Turns what a key or its link threw into a refusal; anything else goes on. */
export async function guard<T>(
  run: () => Promise<Result<T, Refused>>,
): Promise<Result<T, Refused>> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof CtapStatusError) return fromStatus(error.status);
    if (error instanceof CtapLinkError) return refused(fromFault(error.fault));
    throw error;
  }
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
    case STATUS.CREDENTIAL_EXCLUDED:
      return refused('already-enrolled');
    case STATUS.KEY_STORE_FULL:
      return refused('key-full');
    case STATUS.UNSUPPORTED_ALGORITHM:
      return refused('unsupported-algorithm');
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

function fromFault(fault: LinkFault): KeyRefusal {
  switch (fault) {
    case 'removed':
    case 'busy':
    case 'cancelled':
      return fault;
    case 'untouched':
      return 'touch-timeout';
    case 'silent':
    case 'malformed':
    case 'unsynchronised':
      return 'unreadable';
    default:
      return unreachable(fault);
  }
}
