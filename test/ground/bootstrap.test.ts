import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';

const tools = path.resolve(import.meta.dirname, '../../tools');

/** Everything that a module below tools/ imports, itself and through others. */
async function importsOf(file: string, seen = new Map<string, string[]>()) {
  const text = await readFile(file, 'utf8');
  const specifiers = [...text.matchAll(/^import (?:[^'"]+ from )?'([^']+)';$/gm)].map(
    ([, specifier]) => specifier ?? '',
  );
  seen.set(file, specifiers);
  for (const specifier of specifiers.filter((each) => each.startsWith('.'))) {
    const next = path.resolve(path.dirname(file), specifier);
    if (!seen.has(next)) await importsOf(next, seen);
  }
  return seen;
}

test('what runs before npm ci needs nothing but Node', async () => {
  const seen = await importsOf(path.join(tools, 'wardlock.mjs'));
  expect(seen.size).toBeGreaterThan(3);
  const foreign = [...seen.values()].flat().filter((each) => !/^(node:|[.])/.test(each));
  expect(foreign).toEqual([]);
});

test('every npm script begins there', async () => {
  const manifest = await readFile(path.join(tools, '..', 'package.json'), 'utf8');
  const { scripts } = JSON.parse(manifest) as { scripts: Record<string, string> };
  for (const [name, script] of Object.entries(scripts)) {
    expect(script).toBe(`node tools/wardlock.mjs ${name}`);
  }
});

test('install scripts run for the one package that needs them', async () => {
  const read = async (name: string) =>
    JSON.parse(await readFile(path.join(tools, '..', name), 'utf8')) as {
      allowScripts: Record<string, boolean>;
      packages: Record<string, { hasInstallScript?: boolean }>;
    };
  const { allowScripts } = await read('package.json');
  const allowed = Object.entries(allowScripts).flatMap(([name, yes]) => (yes ? [name] : []));
  expect(allowed).toEqual(['node']);
  const { packages } = await read('package-lock.json');
  const withScripts = Object.entries(packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript)
    .map(([place]) => place.replace(/^.*node_modules\//, ''));
  for (const name of withScripts) expect(allowScripts).toHaveProperty([name]);
});
