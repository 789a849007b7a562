/**
 * Runs each side once a round, and first the one that was last: whoever goes first meets a colder disk.
 * Samples by side; those of the first rounds warm up and are dropped.
 */
export async function inTurns<const Sides extends readonly (() => Promise<number>)[]>(
  { warmUp, rounds }: { readonly warmUp: number; readonly rounds: number },
  sides: Sides,
): Promise<{ [Side in keyof Sides]: readonly number[] }> {
  const samples: number[][] = sides.map(() => []);
  for (let round = 0; round < warmUp + rounds; round++) {
    const order = [...sides.keys()];
    for (const side of round % 2 === 0 ? order : order.reverse()) {
      const sample = (await sides[side]?.()) ?? Number.NaN;
      if (round >= warmUp) samples[side]?.push(sample);
    }
  }
  // One list a side, in their order.
  return samples as { [Side in keyof Sides]: readonly number[] };
}

/** Microseconds of wall time that each of `parts` takes in `run`. */
export async function wallOf(parts: number, run: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await run();
  return ((performance.now() - before) * 1000) / parts;
}
