// What is downloaded or built is kept outside the checkout: one folder per content, put in place
// with one rename, so that a half-made entry is never seen under its name.
import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

const manifestName = 'cache-entry.json';

/** The cache folder: WARDLOCK_CACHE, else ~/.cache/wardlock. */
export function cacheFolder() {
  const configured = process.env.WARDLOCK_CACHE;
  return configured ? path.resolve(configured) : path.join(os.homedir(), '.cache', 'wardlock');
}

/** SHA-256 over names and contents of files, hex, 16 digits: enough to tell versions apart. */
export async function contentKey(files, ...more) {
  const hash = createHash('sha256');
  for (const file of [...files].sort()) {
    hash.update(`${path.basename(file)}\0`).update(await readFile(file));
  }
  for (const value of more) hash.update(`\0${value}`);
  return hash.digest('hex').slice(0, 16);
}

/**
 * The folder `name` in the cache; made by `make(folder)` when it is missing or not what was put
 * there. Two processes may make it at once: the first rename wins.
 */
export async function cached(name, make) {
  const place = path.join(cacheFolder(), name);
  if (await isWhole(place)) return place;
  await rm(place, { recursive: true, force: true });
  await removeAbandonedDrafts(name);
  const draft = path.join(cacheFolder(), `.${name}.${process.pid}.${randomUUID()}`);
  try {
    await mkdir(draft, { recursive: true });
    await make(draft);
    await writeFile(path.join(draft, manifestName), JSON.stringify(await sizes(draft)));
    await rename(draft, place).catch(async (error) => {
      if (!(await isWhole(place))) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
  return place;
}

/** What a maker that was ended by force left behind. */
async function removeAbandonedDrafts(name) {
  if (!existsSync(cacheFolder())) return;
  for (const entry of await readdir(cacheFolder())) {
    if (!entry.startsWith(`.${name}.`)) continue;
    const pid = Number(entry.slice(name.length + 2).split('.')[0]);
    if (!isRunning(pid))
      await rm(path.join(cacheFolder(), entry), { recursive: true, force: true });
  }
}

function isRunning(pid) {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error.code === 'EPERM';
  }
}

async function isWhole(place) {
  if (!existsSync(path.join(place, manifestName))) return false;
  const expected = await readFile(path.join(place, manifestName), 'utf8');
  return expected === JSON.stringify(await sizes(place));
}

/** Name and size of every file: what a torn copy or a cleaned-up folder gets wrong. */
async function sizes(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && entry.name !== manifestName)
    .map((entry) => path.join(entry.parentPath, entry.name))
    .sort();
  return Promise.all(
    files.map(async (file) => [path.relative(folder, file), (await stat(file)).size]),
  );
}
