import { glob, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { resolveElectron } from '../../tools/electron.mjs';

const root = path.resolve(import.meta.dirname, '../..');

afterEach(() => {
  vi.unstubAllEnvs();
});

test('an override that leads nowhere is an error, not a reason for the next choice', async () => {
  vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', '/nowhere');
  await expect(resolveElectron(() => undefined)).rejects.toThrow(/there is no \/nowhere\/electron/);
});

test('which Electron and why is always said', async () => {
  const said: string[] = [];
  const electron = await resolveElectron((line) => said.push(line));
  expect(said.join('\n')).toContain(`Electron ${electron.version} (${electron.source}): `);
  expect(said.join('\n')).toContain(electron.executable);
});

test('an override wins', async () => {
  const { dist, version } = await resolveElectron(() => undefined);
  vi.stubEnv('ELECTRON_OVERRIDE_DIST_PATH', dist);
  expect(await resolveElectron(() => undefined)).toMatchObject({
    source: 'override',
    dist,
    version,
  });
});

test('no registry and no other host stands in the tools', async () => {
  const found: string[] = [];
  for await (const name of glob('tools/**/*.{mjs,cjs,json,h}', { cwd: root })) {
    const text = await readFile(path.join(root, name), 'utf8');
    for (const [address] of text.matchAll(/https?:\/\/[^\s'"`]+/g)) {
      if (!/^http:\/\/(localhost|127\.0\.0\.1)\b/.test(address)) found.push(`${name}: ${address}`);
    }
  }
  expect(found).toEqual([]);
});
