import type { DirectorySnapshot } from '../../common/directory.ts';
import type { DirectoryRefusal } from '../../common/event-codes.ts';
import type { Result } from '../../common/result.ts';

/** The signed snapshot on disk. Verified at each load, never rolled back. */
export interface DirectoryStore {
  /** The snapshot in force; undefined when there is none yet or the file does not verify. */
  current(): DirectorySnapshot | undefined;
  /** Verifies a compact JWS against the paired server key and, when newer, puts it in force. */
  accept(jws: string): Promise<Result<DirectorySnapshot, DirectoryRefusal>>;
}
