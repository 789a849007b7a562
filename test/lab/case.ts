import assert from 'node:assert/strict';
import type { Bench, Usb } from './bench.ts';
import type { Client } from './client.ts';

/** What a case needs besides a key: real USB; a hand at the key, which is the simulator's control channel. */
export type Need = 'usb' | 'control';

export interface Case {
  readonly name: string;
  readonly needs: readonly Need[];
  /** A note for the report, or a thrown error. */
  run(client: Client, bench: Bench): Promise<string | void>;
}

/** Why this bench cannot run a case; undefined when it can. */
export function missing({ needs }: Case, { usb }: Bench): string | undefined {
  if (needs.includes('usb') && !usb) return 'needs a USB device';
  return needs.includes('control') && !usb?.first.control
    ? "needs the simulator's control channel"
    : undefined;
}

export const usbOf = ({ usb }: Bench): Usb => {
  assert(usb, 'no USB');
  return usb;
};
/** The hand at the first key. */
export const handOf = (bench: Bench) => {
  const { control } = usbOf(bench).first;
  assert(control, 'no control channel');
  return control;
};
