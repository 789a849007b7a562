import { nodeCrypto } from '../../native/crypto.ts';
import { getKeyAgreement } from '../../native/ctap2/client-pin.ts';
import { CtapHid } from '../../native/ctap2/ctaphid.ts';
import type { PinProtocolNumber } from '../../native/ctap2/pin-protocol.ts';
import { type Permissions, getTokenUsingPin } from '../../native/ctap2/pin-token.ts';
import { simulatedSlot } from '../../native/hid/simulated-slot.ts';
import { surroundings } from '../../native/surroundings.ts';
import { connectControl } from './simulator.ts';
import { until } from './station.ts';
import { startUdpKey } from './udp-key.ts';

const text = (pin: string) => new TextEncoder().encode(pin);

/** A simulated key in a process of its own, and the product's client at it, packet by packet over UDP. */
export async function keyOverUdp(record: Readonly<Record<string, unknown>> = {}) {
  const simulator = await startUdpKey(record);
  const control = await connectControl(simulator.control);
  const source = simulatedSlot(`udp://127.0.0.1:${simulator.udp}`);
  const isPlugged = () => until('a key in the slot', () => source.keys().length > 0);
  const open = async () => {
    await isPlugged();
    source.setQuiet(true);
    const hid = new CtapHid(await source.open('key'), surroundings, () => undefined);
    await hid.open();
    return hid;
  };
  return {
    control,
    source,
    isPlugged,
    /** A channel of our own, as the product opens it. */
    open,
    /** Pulls the key, puts it back, and opens it again. */
    async replug() {
      await control.remove();
      // What is opened before that would be the key of before.
      await until('an empty slot', () => source.keys().length === 0);
      await control.insert('key');
      return open();
    },
    secret: (hid: CtapHid, protocol: PinProtocolNumber) =>
      getKeyAgreement(hid, nodeCrypto, protocol),
    /** A token for this PIN, over an agreement of its own. */
    async token(hid: CtapHid, protocol: PinProtocolNumber, pin: string, may: Permissions) {
      const secret = await getKeyAgreement(hid, nodeCrypto, protocol);
      return getTokenUsingPin(hid, nodeCrypto, secret, text(pin), may);
    },
    async stop() {
      source.close();
      control.close();
      await simulator.stop();
    },
  };
}

export type KeyOverUdp = Awaited<ReturnType<typeof keyOverUdp>>;
