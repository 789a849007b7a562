/** One line of a benchmark: figures in `unit`, and the same thing done by the baseline in the same run. */
export interface Row {
  readonly name: string;
  readonly unit: string;
  readonly p50: number;
  readonly p95: number;
  /** p50 of the baseline; null where only the figure itself is of interest. */
  readonly baseline: number | null;
  /** p50 / baseline. */
  readonly ratio: number | null;
  readonly n: number;
}

export function quantile(samples: readonly number[], q: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const value = sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))];
  if (value === undefined) throw new Error('a row without samples');
  return value;
}

const rounded = (value: number): number => Number(value.toPrecision(4));

export function row(
  name: string,
  unit: string,
  samples: readonly number[],
  baseline?: readonly number[],
): Row {
  const p50 = quantile(samples, 0.5);
  const base = baseline === undefined ? null : quantile(baseline, 0.5);
  return {
    name,
    unit,
    p50: rounded(p50),
    p95: rounded(quantile(samples, 0.95)),
    baseline: base === null ? null : rounded(base),
    ratio: base === null ? null : rounded(p50 / base),
    n: samples.length,
  };
}
