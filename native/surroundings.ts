import { nodeCrypto } from './crypto.ts';
import type { Surroundings } from './ctap2/packet-port.ts';

/** The pure key layer's clock and randomness, in a real process. */
export const surroundings: Surroundings = {
  random: nodeCrypto.random,
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
