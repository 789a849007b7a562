import { UV_RETRIES } from './record.ts';
import type { Call, KeyState } from './state.ts';
import { Refusal, STATUS } from './status.ts';

const TOUCH_MS = 30_000;

/** Waits for a hand; `late` is what the command answers when none comes. */
export async function needPresence(state: KeyState, call: Call, late: number): Promise<void> {
  const touched = await state.touch.wait(call.signal, TOUCH_MS);
  if (touched === 'cancelled') throw new Refusal(STATUS.keepaliveCancel);
  if (touched === 'timeout') throw new Refusal(late);
}

/** performBuiltInUv (CTAP 2.1 §6.5.3.1): every try counts, and three in vain leave only the PIN. */
export async function needFinger(state: KeyState, call: Call, tries: number): Promise<void> {
  const { record, save } = state;
  for (let left = tries; left > 0; left--) {
    if (record.uvRetries === 0) throw new Refusal(STATUS.uvBlocked);
    record.uvRetries--;
    save();
    const touched = await state.touch.wait(call.signal, TOUCH_MS);
    if (touched === 'finger') {
      record.uvRetries = UV_RETRIES;
      save();
      return;
    }
    if (touched !== 'stranger') {
      // Nobody tried.
      record.uvRetries++;
      save();
      throw new Refusal(touched === 'timeout' ? STATUS.userActionTimeout : STATUS.keepaliveCancel);
    }
  }
  throw new Refusal(record.uvRetries === 0 ? STATUS.uvBlocked : STATUS.uvInvalid);
}
