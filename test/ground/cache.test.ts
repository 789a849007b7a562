import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cached } from '../../tools/cache.mjs';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'wardlock-cache-'));
  vi.stubEnv('WARDLOCK_CACHE', folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const entry = (text: string) => async (place: string) => {
  await writeFile(path.join(place, 'file'), text);
};

test('an entry is made once', async () => {
  const place = await cached('entry', entry('first'));
  expect(await cached('entry', entry('second'))).toBe(place);
  expect(await readFile(path.join(place, 'file'), 'utf8')).toBe('first');
});

test('a torn entry is made again', async () => {
  const place = await cached('entry', entry('whole'));
  await writeFile(path.join(place, 'file'), 'to');
  await cached('entry', entry('again'));
  expect(await readFile(path.join(place, 'file'), 'utf8')).toBe('again');
});

test('a failure leaves nothing under the name and nothing beside it', async () => {
  const failing = async (place: string) => {
    await writeFile(path.join(place, 'file'), 'half');
    throw new Error('no network');
  };
  await expect(cached('entry', failing)).rejects.toThrow('no network');
  expect(await readdir(folder)).toEqual([]);
});

test('two makers at once end with one whole entry', async () => {
  const places = await Promise.all([
    cached('entry', entry('same')),
    cached('entry', entry('same')),
  ]);
  expect(new Set(places).size).toBe(1);
  expect(await readFile(path.join(folder, 'entry', 'file'), 'utf8')).toBe('same');
  expect(await readdir(folder)).toEqual(['entry']);
});

test('what an ended maker left behind is removed', async () => {
  const gone = spawnSync(process.execPath, ['-e', '']).pid;
  await mkdir(path.join(folder, `.entry.${gone}.1`));
  await cached('entry', entry('new'));
  expect(await readdir(folder)).toEqual(['entry']);
});
