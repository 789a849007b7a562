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

/** What `ours` took, against the median of what `theirs` took in the same run. */
export function compared(
  name: string,
  unit: string,
  ours: readonly number[],
  theirs?: readonly number[],
): Row {
  const mine = ascending(ours);
  if (mine.length === 0) throw new Error(`nothing was measured of: ${name}`);
  const p50 = percentile(mine, 0.5);
  const baseline = theirs === undefined ? null : percentile(ascending(theirs), 0.5);
  return {
    name,
    unit,
    p50: rounded(p50),
    p95: rounded(percentile(mine, 0.95)),
    baseline: baseline === null ? null : rounded(baseline),
    ratio: baseline === null ? null : rounded(p50 / baseline),
    n: mine.length,
  };
}

export function printRows(rows: readonly Row[]): void {
  const width = Math.max(...rows.map(({ name }) => name.length));
  const cells = (name: string, ...rest: readonly (string | number | null)[]) =>
    [name.padEnd(width), ...rest.map((cell) => String(cell ?? '-').padStart(14))].join('');
  const lines = rows.map(({ name, unit, p50, p95, baseline, ratio, n }) =>
    cells(name, unit, p50, p95, baseline, ratio, n),
  );
  const head = cells('', 'unit', 'p50', 'p95', 'baseline', 'ratio', 'n');
  process.stdout.write(`${[head, ...lines].join('\n')}\n`);
}
