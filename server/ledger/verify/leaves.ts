import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { HASH_BYTES } from '../export-format.ts';

const CHUNK_HASHES = 4096;

export interface Leaves {
  readonly count: number;
  /** Lower-case hex; undefined behind the end. Cheap in ascending order. */
  at(index: number): string | undefined;
  close(): void;
}

/** The leaf hashes of an export. */
export function openLeaves(file: string): Leaves {
  const fd = openSync(file, 'r');
  const count = Math.floor(fstatSync(fd).size / HASH_BYTES);
  const chunk = Buffer.alloc(CHUNK_HASHES * HASH_BYTES);
  let first = 0;
  let held = 0;
  return {
    count,
    at(index) {
      if (index >= count) return undefined;
      if (index < first || index >= first + held) {
        first = index;
        held = Math.floor(readSync(fd, chunk, 0, chunk.length, index * HASH_BYTES) / HASH_BYTES);
      }
      const from = (index - first) * HASH_BYTES;
      return chunk.toString('hex', from, from + HASH_BYTES);
    },
    close: () => closeSync(fd),
  };
}
