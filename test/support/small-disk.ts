import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

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
      const { bavail, bsize } = statfsSync(folder);
      writeFileSync(ballast, Buffer.alloc(Math.max(0, bavail * bsize - left)));
    },
    free: () => rmSync(ballast, { force: true }),
    remove() {
      execFileSync('umount', ['--lazy', folder]);
      rmSync(folder, { recursive: true });
    },
  };
}
