import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, writeSync } from 'node:fs';
import path from 'node:path';
import { type Result, err, ok } from '../../common/result.ts';
import { TILE_WIDTH, tileWidth } from '../../common/tiles.ts';
import type { Keys } from '../keys.ts';
import { toCredential } from '../store/directory-content.ts';
import type { Store } from '../store/store.ts';
import { entriesBetween } from './entries.ts';
import { type About, FILES, HASH_BYTES, type VerdictLine } from './export-format.ts';
import type { Published } from './publisher.ts';
import { countWithin, removedIn, removedLines } from './removed.ts';

/** Entries that are held in memory at once. */
const PORTION = 8 * TILE_WIDTH;

/** Is there nothing in this folder, or no folder yet? */
export function isEmptyFolder(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return true;
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return false;
    throw error;
  }
}

/**
 * Writes the tree of a checkpoint with all that it takes to verify it, as it is in the database: what was edited
 * there is edited here, and what was deleted is missing. The value is how many bodies retention has removed; the
 * error is a sentence.
 */
export async function exportLedger(options: {
  readonly read: Store['read'];
  readonly keys: Pick<Keys, 'publicJwk'>;
  readonly published: Published;
  readonly folder: string;
  /** Wall clock, ms. */
  readonly now: number;
}): Promise<Result<number, string>> {
  const { read, keys, published, folder, now } = options;
  const { size } = published.checkpoint;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const practice = await read.practice();
  const told: About = {
    schema: 1,
    exportedAt: new Date(now).toISOString(),
    serverKey: keys.publicJwk,
    rpId: practice?.rp_id ?? '',
    stations: (await read.stations()).map((row) => ({ id: row.id, publicKey: row.public_key })),
    credentials: (await read.credentialRows()).map(toCredential),
  };
  const write = (name: keyof typeof FILES, parts: AsyncIterable<Uint8Array | string>) =>
    writeFile(path.join(folder, FILES[name]), parts);
  const verdicts: VerdictLine[] = [];
  await write('leaves', leavesOf(read, size));
  await write('events', linesOf(read, size, verdicts));
  await write('verdicts', each(verdicts.map((line) => `${JSON.stringify(line)}\n`)));
  const { runs, isOvertaken } = await removedIn(read, size);
  // Their lines may be missing, and nothing in this tree would say why.
  if (isOvertaken) return err('Retention has removed bodies meanwhile: export once more.');
  await write('removed', ndjson(removedLines(read, runs)));
  await write('about', each([`${JSON.stringify(told, null, 2)}\n`]));
  await write('checkpoint', each([published.note]));
  return ok(countWithin(runs, 0, size));
}

async function* ndjson(lines: AsyncIterable<unknown>): AsyncGenerator<string> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`;
}

async function* leavesOf(read: Store['read'], size: number): AsyncGenerator<Uint8Array> {
  for (let tile = 0; tile * TILE_WIDTH < size; tile++) {
    const hashes = await read.tile(0, tile);
    yield (hashes ?? new Uint8Array()).subarray(0, tileWidth(0, tile, size) * HASH_BYTES);
  }
}

/** Canonical bytes, verbatim, a line each; takes note of what the server did not find good. */
async function* linesOf(
  read: Store['read'],
  size: number,
  verdicts: VerdictLine[],
): AsyncGenerator<Uint8Array> {
  const newline = Buffer.from('\n');
  for (let from = 0; from < size; from += PORTION) {
    const lines: Uint8Array[] = [];
    for await (const entry of entriesBetween(read, from, Math.min(size, from + PORTION))) {
      lines.push(entry.bytes, newline);
      const { leaf, verdict, reason } = entry;
      if (verdict !== 'verified') verdicts.push({ leaf, verdict, reason: reason ?? '' });
    }
    yield Buffer.concat(lines);
  }
}

async function* each(parts: readonly string[]): AsyncGenerator<string> {
  for (const part of parts) yield part;
}

async function writeFile(file: string, parts: AsyncIterable<Uint8Array | string>): Promise<void> {
  const fd = openSync(file, 'wx', 0o600);
  try {
    for await (const part of parts) {
      const bytes = typeof part === 'string' ? Buffer.from(part) : part;
      for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
    }
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
