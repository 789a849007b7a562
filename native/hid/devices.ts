import { watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type Device, type HIDAsync as HidDevice, HIDAsync, devicesAsync } from 'node-hid';
import { type PacketPort, REPORT_BYTES } from '../ctap2/packet-port.ts';
import { type KeySource, OpenError } from './key-source.ts';
import { openFailure } from './open-failure.ts';
import { type SeenKey, steps } from './seen-keys.ts';
import { UDEV_RULE } from './udev-rule.ts';

/** CTAP 2.1 §11.2.8.1: FIDO alliance usage page, authenticator usage. */
const USAGE_PAGE = 0xf1d0;
const USAGE = 0x01;

/** node-hid has no hot-plug events: Linux tells through /dev, and a slow poll catches the rest. */
const POLL_MS = process.platform === 'linux' ? 2_000 : 500;
/** udev sets permissions a moment after the device node appears. */
const SETTLE_MS = 60;
/** On a busy computer udev takes longer: a key that just came is asked again. */
const PERMISSION_TRIES = 4;
const PERMISSION_WAIT_MS = 150;

const isFidoKey = (device: Device): device is Device & { readonly path: string } =>
  device.usagePage === USAGE_PAGE && device.usage === USAGE && device.path !== undefined;

/**
 * Tells another key at the same path. On Linux each device node that is made has an inode of its own;
 * elsewhere two keys of one model without serial numbers look the same.
 */
async function markOf({ path, vendorId, productId, serialNumber }: Device): Promise<string> {
  const node =
    process.platform === 'linux' && path !== undefined
      ? // Gone again already: the next look tells.
        await stat(path).then(
          ({ ino }) => ino,
          () => 0,
        )
      : 0;
  return [vendorId, productId, serialNumber ?? '', node].join(' ');
}

const seen = async (device: Device & { readonly path: string }): Promise<SeenKey> => ({
  id: device.path,
  product: device.product ?? 'security key',
  vendorId: device.vendorId,
  simulated: false,
  mark: await markOf(device),
});

/** The FIDO keys of this computer, through node-hid. */
export function hidKeys(report: (code: string, cause: unknown) => void): KeySource {
  let known: readonly SeenKey[] = [];
  let quiet = false;
  let closed = false;
  let scanning: Promise<boolean> | undefined;
  let listener = (): void => undefined;

  const enumerate = async (): Promise<boolean> => {
    try {
      const found = await Promise.all((await devicesAsync()).filter(isFidoKey).map(seen));
      for (const step of steps(known, found)) {
        known = step;
        if (!closed) listener();
      }
      return true;
    } catch (error) {
      report('hid:enumerate', error);
      return false;
    }
  };

  const look = () =>
    (scanning ??= enumerate().finally(() => {
      scanning = undefined;
    }));
  const scan = () => {
    if (!quiet && !closed) void look();
  };

  const poll = setInterval(scan, POLL_MS);
  const watcher =
    process.platform === 'linux'
      ? watch('/dev', (_event, name) => {
          if (name?.startsWith('hidraw')) setTimeout(scan, SETTLE_MS);
        })
      : undefined;
  scan();

  return {
    keys: () =>
      known.map(({ id, product, vendorId, simulated }) => ({ id, product, vendorId, simulated })),
    onChanged(next) {
      listener = next;
    },
    look,
    async open(id) {
      // An enumeration that had begun before must not run into the first transaction.
      await scanning;
      for (let tries = 1; ; tries++) {
        try {
          return packetPort(await HIDAsync.open(id));
        } catch (error) {
          const failure = await openFailure(id, error);
          if (failure !== 'no-permission') throw new OpenError(failure, { cause: error });
          if (tries === PERMISSION_TRIES) {
            report('hid:no-permission', `${id}; on Linux this udev rule helps: ${UDEV_RULE}`);
            throw new OpenError(failure, { cause: error });
          }
          await new Promise((resolve) => setTimeout(resolve, PERMISSION_WAIT_MS));
        }
      }
    },
    setQuiet(next) {
      quiet = next;
      if (!quiet) scan();
    },
    close() {
      closed = true;
      clearInterval(poll);
      watcher?.close();
    },
  };
}

function packetPort(device: HidDevice): PacketPort {
  let gone = (): void => undefined;
  // A pulled key is an error event, whose message may be undefined.
  device.on('error', () => gone());
  return {
    send(packet) {
      // hidapi wants the report number first; FIDO reports have none: 0.
      const numbered = Buffer.alloc(1 + REPORT_BYTES);
      numbered.set(packet, 1);
      device.write(numbered).catch(() => gone());
    },
    onReport(listener) {
      device.on('data', (data: Buffer) => listener(new Uint8Array(data)));
    },
    onGone(listener) {
      gone = listener;
    },
    close() {
      device.removeAllListeners('data');
      gone = () => undefined;
      // The device may be gone already; closing it again changes nothing.
      device.close().catch(() => undefined);
    },
  };
}
