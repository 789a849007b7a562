import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { replaceFile } from '../durable-file.ts';

/**
 * The newest checkpoint that was shown to anybody, outside the database: what a restored backup is compared
 * with. Beside the keys, because a server without its keys is another server anyway.
 */
export interface CheckpointFile {
  /** The signed note; undefined before the first. */
  read(): Promise<string | undefined>;
  /** On the disk when it resolves. */
  write(note: string): Promise<void>;
}

/** In the data folder. */
export const CHECKPOINT_FILE = 'ledger-checkpoint';

export function checkpointFile(data: string): CheckpointFile {
  const file = path.join(data, CHECKPOINT_FILE);
  return {
    async read() {
      try {
        return await readFile(file, 'utf8');
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
        throw error;
      }
    },
    write: (note) => replaceFile(file, note),
  };
}
