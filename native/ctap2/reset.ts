import type { CtapHid, Patience } from './ctaphid.ts';
import { command } from './message.ts';

/**
 * authenticatorReset (CTAP 2.1 §6.6): every credential and the PIN are lost. A USB key takes it only
 * within ten seconds of being plugged in, and with a touch.
 */
export async function reset(hid: CtapHid, patience: Patience): Promise<void> {
  await command(hid, 0x07, undefined, patience);
}
