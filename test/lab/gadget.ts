import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { until } from '../support/station.ts';

/** CTAP 2.1 §11.2.8.1: usage page 0xF1D0, usage 1, reports of 64 bytes in and out. */
const fido = 'f1d0';
const descriptor = (page: string) =>
  Buffer.from(
    `06${page.slice(2)}${page.slice(0, 2)}0901a1010920150026ff007508954081020921150026ff00750895409102c0`,
    'hex',
  );

export interface GadgetOptions {
  /** Which of the two USB ports. */
  readonly index: number;
  readonly product: string;
  /** Four hex digits. */
  readonly usagePage?: string;
}

/** A USB HID device of this kernel's own, and how to pull it out. */
export function plugGadget({ index, product, usagePage = fido }: GadgetOptions) {
  const gadget = `/sys/kernel/config/usb_gadget/key${index}`;
  const write = (name: string, value: string | Buffer) =>
    writeFileSync(path.join(gadget, name), value);
  const folders = [
    '',
    'strings/0x409',
    'configs/c.1',
    'configs/c.1/strings/0x409',
    'functions/hid.key',
  ];
  for (const folder of folders) mkdirSync(path.join(gadget, folder));
  // Of the test range of the USB product ids (pid.codes): nobody's product.
  write('idVendor', '0x1209');
  write('idProduct', `0x000${index + 1}`);
  write('strings/0x409/manufacturer', 'Wardlock');
  write('strings/0x409/product', product);
  write('strings/0x409/serialnumber', `LAB${index}`);
  write('functions/hid.key/protocol', '0');
  write('functions/hid.key/subclass', '0');
  write('functions/hid.key/report_length', '64');
  write('functions/hid.key/report_desc', descriptor(usagePage));
  symlinkSync(path.join(gadget, 'functions/hid.key'), path.join(gadget, 'configs/c.1/hid.key'));
  write('UDC', `dummy_udc.${index}`);
  const minor = readFileSync(path.join(gadget, 'functions/hid.key/dev'), 'utf8')
    .trim()
    .split(':')[1];
  return {
    /** The device side, where the bridge sits. */
    device: `/dev/hidg${minor}`,
    /** The host side, once the kernel has made it. */
    hidraw: () => until(`the hidraw device of ${product}`, () => hidrawOf(product), 60),
    /** Pulls it out: the host sees a disconnect. */
    detach: () => write('UDC', '\n'),
    /** Nothing may hold the device side any more, or the next one gets another number. */
    dismantle() {
      unlinkSync(path.join(gadget, 'configs/c.1/hid.key'));
      for (const folder of folders.toReversed()) rmdirSync(path.join(gadget, folder));
    },
  };
}

/** `/dev/hidrawN` of the device with this product name; undefined when there is none. */
function hidrawOf(product: string): string | undefined {
  const names = readdirSync('/sys/class/hidraw');
  const name = names.find((each) => {
    const file = `/sys/class/hidraw/${each}/device/uevent`;
    return existsSync(file) && readFileSync(file, 'utf8').includes(product);
  });
  return name === undefined || !existsSync(`/dev/${name}`) ? undefined : `/dev/${name}`;
}

/** Connects the device side with the authenticator at a UDP port; ready when the answer resolves. */
export async function bridge(program: string, device: string, port: number) {
  await until(device, () => existsSync(device), 60);
  const child: ChildProcess = spawn(process.execPath, [program, device, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (!child.stdout) throw new Error('no stdout');
  await once(createInterface({ input: child.stdout }), 'line');
  return async () => {
    child.kill('SIGKILL');
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  };
}
