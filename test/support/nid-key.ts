// nid-webauthn-emulator, an authenticator that is not ours, behind the packet port.
import { cdeEncodeOptions, decode, encode } from 'cbor2';
import {
  AuthenticationEmulatorError,
  AuthenticatorEmulator,
  PasskeysCredentialsMemoryRepository,
} from 'nid-webauthn-emulator';
import { CtapHid } from '../../native/ctap2/ctaphid.ts';
import type { PacketPort } from '../../native/ctap2/packet-port.ts';
import { openDevice } from '../simulator/device.ts';
import { manualSurroundings } from './scripted-key.ts';

/** Its maps are not sorted and hold `undefined`: the canonical form of the same. */
function canonical(value: unknown): unknown {
  if (value instanceof Uint8Array) return new Uint8Array(value);
  if (Array.isArray(value)) return value.map(canonical);
  if (!(value instanceof Map)) return value;
  const entries: [unknown, unknown][] = [...value];
  return new Map(
    entries
      .filter(([, each]) => each !== undefined)
      .map(([name, each]) => [name, canonical(each)] as const),
  );
}

function answer(emulator: AuthenticatorEmulator, message: Uint8Array): Uint8Array {
  const [command = 0, ...data] = message;
  try {
    const { status, data: body } = emulator.command({
      command,
      ...(data.length === 0 ? {} : { data: Uint8Array.from(data) }),
    });
    if (body === undefined) return Uint8Array.of(status);
    const map = canonical(decode(new Uint8Array(body), { preferMap: true }));
    return Uint8Array.of(status, ...encode(map, cdeEncodeOptions));
  } catch (error) {
    if (error instanceof AuthenticationEmulatorError) return Uint8Array.of(error.status);
    throw error;
  }
}

/** An open link of our client to a fresh emulator. Framing is the simulator's, messages are not. */
export async function openNidKey(): Promise<CtapHid> {
  const emulator = new AuthenticatorEmulator({
    credentialsRepository: new PasskeysCredentialsMemoryRepository(),
  });
  let listener = (_report: Uint8Array): void => undefined;
  const device = openDevice<undefined>({
    key: { isU2fOnly: () => false, handle: async (message) => answer(emulator, message) },
    isTouchAwaited: () => false,
    send: (report) => listener(new Uint8Array(report)),
    unplug: () => undefined,
  });
  const port: PacketPort = {
    send: (report) => queueMicrotask(() => device.receive(Buffer.from(report), undefined)),
    onReport(next) {
      listener = next;
    },
    onGone: () => undefined,
    close: () => device.close(),
  };
  const hid = new CtapHid(port, manualSurroundings().surroundings, () => undefined);
  await hid.open();
  return hid;
}
