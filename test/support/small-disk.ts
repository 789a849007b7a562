import { execFileSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** So many bytes at a time. */
const PIECE = 64 * 1024;

export interface SmallDisk {
  readonly folder: string;
  /** Takes all the room that is left but about so many bytes. */
  fill(left: number): void;
  /** Gives it back. */
  free(): void;
  remove(): void;
}

/** A file system of its own of so many bytes, in memory: what a full disk is to whoever writes there. */
export function smallDisk(bytes: number): SmallDisk {
  const folder = mkdtempSync(path.join(tmpdir(), 'wardlock-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${bytes},mode=700`, 'tmpfs', folder]);
  } catch (cause) {
    rmSync(folder, { recursive: true });
    throw new Error(
      'A full disk is tested on a small tmpfs, and this user may not mount one. Run it as root, or as ' +
        '`unshare --user --map-root-user --mount npm test unit`.',
      { cause },
    );
  }
  const ballast = path.join(folder, 'ballast');
  return {
    folder,
    fill(left) {
      // In pieces, because whoever is tested here writes at the same time: it may take the last room first.
      for (;;) {
        const { bavail, bsize } = statfsSync(folder);
        const room = bavail * bsize - left;
        if (room <= 0) return;
        try {
          appendFileSync(ballast, Buffer.alloc(Math.min(room, PIECE)));
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code === 'ENOSPC') return;
          throw error;
        }
      }
    },
    free: () => rmSync(ballast, { force: true }),
    remove() {
      execFileSync('umount', ['--lazy', folder]);
      rmSync(folder, { recursive: true });
    },
  };
}
