/**
 * What `--diagnose` finds, a row each. In English only, like the log and the sentences about a wrong
 * configuration: it is read by who sets stations up, and its ids by their tools.
 */
export interface Row {
  readonly id: string;
  /** `not run`: nothing was there to look at, so nothing is known to be well. */
  readonly status: 'ok' | 'failed' | 'not run';
  readonly value: string;
  /** Where that was read. */
  readonly source: string;
  /** What to do about it; null where there is nothing to do. */
  readonly remedy: string | null;
}

/** 0 all well, 1 something failed, 2 something could not run: never 0 for a part that did not run. */
export function exitCode(rows: readonly Row[]): 0 | 1 | 2 {
  if (rows.some(({ status }) => status === 'failed')) return 1;
  return rows.length === 0 || rows.some(({ status }) => status === 'not run') ? 2 : 0;
}

/** A device names itself: what is no letter or sign of its name is not printed. */
const printable = (text: string): string => text.replaceAll(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, '?');

/** The rows for people. */
export const asText = (rows: readonly Row[]): string =>
  rows
    .map(({ id, status, value, source, remedy }) => {
      const line = `${status.padEnd(8)} ${id.padEnd(20)} ${value} (${source})`;
      return `${printable(line)}\n${remedy === null ? '' : `         -> ${printable(remedy)}\n`}`;
    })
    .join('');
