import type { Bench } from './bench.ts';
import { type Case, missing } from './case.ts';
import { cases } from './cases.ts';

/** One case's outcome, as it stands in the report. */
export interface Item {
  readonly case: string;
  readonly outcome: 'passed' | 'failed' | 'left out';
  readonly seconds: number;
  readonly note: string;
}

const CASE_SECONDS = 90;

/** Runs every case that this bench can, in order; each has a limit of its own. */
export async function runCases(bench: Bench, tell: (item: Item) => void): Promise<void> {
  for (const each of cases) {
    const lack = missing(each, bench);
    if (lack !== undefined) {
      tell({ case: each.name, outcome: 'left out', seconds: 0, note: lack });
      continue;
    }
    const began = performance.now();
    const seconds = () => Number(((performance.now() - began) / 1000).toFixed(1));
    try {
      const note = await limited(runCase(each, bench));
      tell({ case: each.name, outcome: 'passed', seconds: seconds(), note });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const trace = bench.client().trace();
      bench.discard();
      tell({
        case: each.name,
        outcome: 'failed',
        seconds: seconds(),
        note: `${reason} [${trace}]`,
      });
    }
  }
  bench.discard();
}

const runCase = async ({ run }: Case, bench: Bench) =>
  (await run(await bench.begin(), bench)) ?? '';

function limited<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`not done after ${CASE_SECONDS} s`)),
      CASE_SECONDS * 1000,
    );
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}
