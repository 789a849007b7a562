import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';
import { type Result, err, ok } from '../../common/result.ts';
import {
  type Cell,
  type Header,
  type Table,
  type Trailer,
  header,
  keyLine,
  rowLine,
  sum,
  tableLine,
  trailer,
} from './format.ts';

/** What a whole and unchanged backup says of itself. */
export interface Contents {
  readonly header: Header;
  readonly keys: ReadonlyMap<string, string>;
  readonly tables: readonly Table[];
  readonly trailer: Trailer;
}

/** Reads the whole file before anything of it is used. The error is a sentence. */
export async function checkBackup(file: string): Promise<Result<Contents, string>> {
  const total = sum();
  const keys = new Map<string, string>();
  const tables: Table[] = [];
  let first: Header | undefined;
  let last: Trailer | undefined;
  try {
    for await (const line of linesOf(file)) {
      const value: unknown = JSON.parse(line);
      if (first === undefined) {
        const parsed = header.safeParse(value);
        if (!parsed.success) return err(`${file} is not a backup of this kind of server.`);
        first = parsed.data;
      } else if (Array.isArray(value)) {
        if (value.length !== tables.at(-1)?.columns.length) return err(damaged(file));
        total.add(`${line}\n`, 1);
        continue;
      } else if ('table' in Object(value)) {
        tables.push(tableLine.parse(value));
      } else if ('key' in Object(value)) {
        const { key, content } = keyLine.parse(value);
        keys.set(key, content);
      } else {
        last = trailer.parse(value);
        continue;
      }
      total.add(`${line}\n`, 0);
    }
  } catch (error) {
    if (isCode(error, 'ENOENT')) return err(`${file} is not there.`);
    if (isCode(error, 'EACCES')) return err(`${file} cannot be read: EACCES.`);
    // Not gzip, cut off in the middle, not JSON, or a line of another form.
    return err(damaged(file));
  }
  if (first === undefined || last === undefined) return err(damaged(file));
  const { rows, sha256 } = total.trailer();
  if (rows !== last.rows || sha256 !== last.sha256) return err(damaged(file));
  return ok({ header: first, keys, tables, trailer: last });
}

/** The rows of a backup that was checked, with their tables, in its order. */
export async function* rowsOf(
  file: string,
): AsyncGenerator<{ readonly table: Table; readonly row: readonly Cell[] }> {
  let table: Table | undefined;
  for await (const line of linesOf(file)) {
    const value: unknown = JSON.parse(line);
    if ('table' in Object(value)) table = tableLine.parse(value);
    if (Array.isArray(value) && table !== undefined) yield { table, row: rowLine.parse(value) };
  }
}

const NEWLINE = 10;

/** Every line ends in a newline, and in nothing else that some call the end of a line. */
async function* linesOf(file: string): AsyncGenerator<string> {
  const source = createReadStream(file);
  const plain = createGunzip();
  source.on('error', (error) => plain.destroy(error)).pipe(plain);
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const chunk of plain) {
      const data = Buffer.concat([rest, chunk]);
      let from = 0;
      for (let at = data.indexOf(NEWLINE); at >= 0; at = data.indexOf(NEWLINE, from)) {
        yield data.toString('utf8', from, at);
        from = at + 1;
      }
      rest = data.subarray(from);
    }
  } finally {
    source.destroy();
  }
  if (rest.length > 0) throw new Error('the last line has no end');
}

const damaged = (file: string): string =>
  `${file} is not a whole backup: it was cut off or changed. Nothing was restored.`;

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
