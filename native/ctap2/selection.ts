import type { CtapHid, Patience } from './ctaphid.ts';
import { command } from './message.ts';
import { makeNothing } from './make-credential.ts';
import type { AuthenticatorInfo } from './get-info.ts';
import { CtapStatusError, STATUS } from './status.ts';

/**
 * Resolves when a hand touches this key: authenticatorSelection (CTAP 2.1 §6.9), or its stand-in for
 * keys of CTAP 2.0. Nothing is signed and nothing is kept.
 */
export async function awaitTouch(
  hid: CtapHid,
  { versions }: AuthenticatorInfo,
  patience: Patience,
): Promise<void> {
  if (versions.includes('FIDO_2_1')) {
    await command(hid, 0x0b, undefined, patience);
    return;
  }
  try {
    await makeNothing(hid, patience);
  } catch (error) {
    // What a touched key answers to an empty pinUvAuthParam, with and without a PIN (§6.1.2 step 1).
    const { status } = error instanceof CtapStatusError ? error : { status: undefined };
    const isTouched = status === STATUS.PIN_INVALID || status === STATUS.PIN_NOT_SET;
    // CTAP 2.0 keys answered so from the first edition on.
    if (!isTouched && status !== STATUS.PIN_AUTH_INVALID) throw error;
  }
}
