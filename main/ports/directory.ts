import type { DirectorySnapshot } from '../../common/directory.ts';
import type { DirectoryRefusal } from '../../common/event-codes.ts';
import type { Result } from '../../common/result.ts';

/** The signed snapshot, kept on disk. Verified at each load, never rolled back. */
export interface DirectoryStore {
  /** The snapshot in force; undefined when there is none yet or the file does not verify. */
  current(): DirectorySnapshot | undefined;
  /** Version of the snapshot on disk; lower than the one in force while the disk has no room; 0 = none. */
  stored(): number;
  /**
   * Verifies a compact JWS against the paired server key and, when newer, puts it in force and on disk. The same once
   * more is put on disk if it is not there yet.
   */
  accept(jws: string): Promise<Result<DirectorySnapshot, DirectoryRefusal>>;
}
