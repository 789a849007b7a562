export function plugIn(
  record: object,
  save: () => void,
  touch: { wait(signal: AbortSignal, limit: number): Promise<void> },
): {
  readonly consecutiveMismatches: number;
  handle(message: Uint8Array, signal: AbortSignal): Promise<Uint8Array>;
};
