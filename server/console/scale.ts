/** Round numbers to rule a chart by, from 0 to the first at or above `most`: at most five, whole. */
export function ticksFor(most: number): readonly number[] {
  const step = stepFor(Math.max(1, most));
  const lines = Math.ceil(Math.max(1, most) / step);
  return Array.from({ length: lines + 1 }, (_, line) => line * step);
}

function stepFor(most: number): number {
  for (let power = 1; ; power *= 10) {
    for (const step of [power, 2 * power, 5 * power]) if (step * 4 >= most) return step;
  }
}
