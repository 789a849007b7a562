import type { PacketPort } from '../ctap2/packet-port.ts';

/** A key that is plugged in. */
export interface PluggedKey {
  readonly id: string;
  readonly product: string;
  readonly vendorId: number;
  readonly simulated: boolean;
}

export type OpenFailure = 'no-permission' | 'busy' | 'removed';

/** Opening a key failed in a way that the person or IT can do something about. */
export class OpenError extends Error {
  readonly failure: OpenFailure;
  constructor(failure: OpenFailure, options?: ErrorOptions) {
    super(failure, options);
    this.name = 'OpenError';
    this.failure = failure;
  }
}

/** Where keys come from: the HID devices of the system or, in development, a simulated slot. */
export interface KeySource {
  keys(): readonly PluggedKey[];
  onChanged(listener: () => void): void;
  /** Looks once more, now. False when the keys of this source cannot be listed. */
  look(): Promise<boolean>;
  /** Throws OpenError. */
  open(id: string): Promise<PacketPort>;
  /** While a transaction runs the source leaves the bus alone. */
  setQuiet(quiet: boolean): void;
  close(): void;
}
