import { CsvError, parse } from 'csv-parse/sync';
import { type Result, err, ok } from '../common/result.ts';
import type { Line } from './domain/directory-import.ts';

const MAX_LINES = 100_000;

/** Reads CSV (RFC 4180, UTF-8 with or without BOM, CRLF or LF). The error is a sentence with its line. */
export function readCsv(
  bytes: Uint8Array,
): Result<{ readonly header: readonly string[]; readonly lines: readonly Line[] }, string> {
  let text: string;
  try {
    // One kind of line end, so that lines are counted as an editor counts them.
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes).replaceAll('\r\n', '\n');
  } catch {
    return err('is not UTF-8; save it as "CSV UTF-8"');
  }
  try {
    const all: Line[] = [];
    parse(text, {
      bom: true,
      relax_column_count: true,
      skip_empty_lines: true,
      max_record_size: 64 * 1024,
      on_record(cells: readonly string[], { lines: line }) {
        all.push({ line, cells });
        return undefined;
      },
    });
    const [first, ...lines] = all;
    if (first === undefined) return err('is empty');
    if (lines.length > MAX_LINES) return err(`has more than ${MAX_LINES} lines`);
    return ok({ header: first.cells.map((name) => name.trim().toLowerCase()), lines });
  } catch (error) {
    // Its messages quote the file: only the place is told.
    if (error instanceof CsvError)
      return err(`is not CSV at line ${Number(error['lines'])} (${error.code})`);
    throw error;
  }
}
