/** One line of a benchmark. Ratios travel better than figures: each is against a baseline of the same run. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly p50: number;
  readonly p95: number;
  /** null where only the figure itself is of interest. */
  readonly baseline: number | null;
  readonly ratio: number | null;
  readonly n: number;
}

export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const ascending = (samples: readonly number[]): number[] =>
  [...samples].sort((a, b) => a - b);

/** Digits that carry information. */
export const rounded = (value: number): number => Number(value.toPrecision(4));
