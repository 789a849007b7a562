import { createWriteStream } from 'node:fs';
import { open, readFile, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { KEY_FILES } from '../keys.ts';
import { type Header, type Trailer, lineOf, rowLineOf, sum } from './format.ts';
import type { Snapshot } from './snapshot.ts';

/** Writes a snapshot beside `file`, and gives it that name once it is whole and on the disk. */
export async function writeBackup(
  file: string,
  snapshot: Snapshot,
  about: { readonly at: string; readonly server: string; readonly keysOf: string | undefined },
): Promise<Trailer> {
  const draft = `${file}.partial`;
  const { end, lines } = linesOf(snapshot, about);
  try {
    await pipeline(
      Readable.from(lines),
      createGzip({ level: 6 }),
      createWriteStream(draft, { flags: 'wx', mode: 0o600 }),
    );
    await flush(draft);
    await rename(draft, file);
    await flush(path.dirname(file));
  } catch (error) {
    // A draft of somebody else's is not ours to take away.
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) {
      await rm(draft, { force: true });
    }
    throw error;
  }
  return end();
}

function linesOf(
  snapshot: Snapshot,
  { at, server, keysOf }: Parameters<typeof writeBackup>[2],
): { readonly lines: AsyncIterable<string>; readonly end: () => Trailer } {
  const total = sum();
  let end: Trailer | undefined;
  async function* lines() {
    const { schema, tables } = snapshot;
    const first: Header = {
      wardlock: 'backup',
      v: 1,
      schema,
      at,
      server,
      keys: keysOf !== undefined,
    };
    yield total.add(lineOf(first), 0);
    for (const key of keysOf === undefined ? [] : KEY_FILES) {
      const content = await readFile(path.join(keysOf ?? '', key), 'utf8');
      yield total.add(lineOf({ key, content }), 0);
    }
    for (const table of tables) {
      yield total.add(lineOf({ table: table.name, columns: table.columns }), 0);
      for await (const rows of snapshot.rows(table)) {
        if (rows.length > 0) yield total.add(rows.map(rowLineOf).join(''), rows.length);
      }
    }
    end = total.trailer();
    yield lineOf(end);
  }
  return {
    lines: lines(),
    end() {
      if (end === undefined) throw new Error('not at the end yet');
      return end;
    },
  };
}

async function flush(name: string): Promise<void> {
  const handle = await open(name, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
