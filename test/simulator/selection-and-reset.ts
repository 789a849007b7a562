import { needPresence } from './presence.ts';
import { wipe } from './record.ts';
import type { Command } from './state.ts';
import { Refusal, STATUS } from './status.ts';

/** §6.6: a reset must come soon after the key has got power. */
const RESET_MS = 10_000;

/** authenticatorSelection (CTAP 2.1 §6.9): which of several keys is meant. */
export const selection: Command = async (state, _request, call) => {
  await needPresence(state, call, STATUS.userActionTimeout);
  return undefined;
};

/** authenticatorReset (§6.6) */
export const reset: Command = async (state, _request, call) => {
  if (state.now() - state.poweredAt > RESET_MS) throw new Refusal(STATUS.notAllowed);
  await needPresence(state, call, STATUS.userActionTimeout);
  wipe(state.record);
  for (const protocol of state.protocols) protocol.renew();
  state.token.stop();
  state.pinMismatches = 0;
  state.save();
  return undefined;
};
