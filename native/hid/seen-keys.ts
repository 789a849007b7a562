import type { PluggedKey } from './key-source.ts';

/** A key that was found, with a mark that another key at the same path does not have. */
export interface SeenKey extends PluggedKey {
  readonly mark: string;
}

const isSame = (a: SeenKey, b: SeenKey): boolean => a.id === b.id && a.mark === b.mark;

/**
 * What is to be told between two looks, in order: first what is left of the keys that were there, then the
 * keys that are there now. So a key that was swapped within one look is one that went and one that came.
 */
export function steps(
  before: readonly SeenKey[],
  after: readonly SeenKey[],
): readonly (readonly SeenKey[])[] {
  const left = before.filter((key) => after.some((other) => isSame(key, other)));
  return [
    ...(left.length < before.length ? [left] : []),
    ...(left.length < after.length ? [after] : []),
  ];
}
