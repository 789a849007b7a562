import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import path from 'node:path';

/** Replaces a file as a whole: after a crash at any point it holds the old or the new text. Mode 0600. */
export async function replaceFile(file: string, text: string): Promise<void> {
  const draft = `${file}.${randomUUID()}.draft`;
  try {
    await synced(draft, 'wx', (handle) => handle.writeFile(text));
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  // A rename lasts only once its folder is on the disk; Windows needs no such call and has none.
  if (process.platform !== 'win32') await synced(path.dirname(file), 'r', async () => undefined);
}

async function synced(
  file: string,
  flags: 'wx' | 'r',
  work: (handle: Awaited<ReturnType<typeof open>>) => Promise<void>,
): Promise<void> {
  const handle = await open(file, flags, 0o600);
  try {
    await work(handle);
    await handle.sync();
  } finally {
    await handle.close();
  }
}
