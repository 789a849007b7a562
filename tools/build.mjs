// Bundles agent and server with esbuild. Usage: node tools/build.mjs [agent] [agent-dev] [server]
//   out/agent      production agent: what the package contains
//   out/agent-dev  the same with __SIMULATED_KEYS__: it can reach a simulated key
//   out/server     server bundle with its console
import { chmod, cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { stationContract } from '../preload/contract.ts';
import { page, stationPages } from './pages.mjs';
import { languageCodes } from './words.mjs';

const root = path.resolve(import.meta.dirname, '..');
const pkg = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8'));

const common = {
  absWorkingDir: root,
  bundle: true,
  logLevel: 'warning',
  legalComments: 'none',
};

const node = (outfile, entry, options) =>
  build({
    ...common,
    entryPoints: [entry],
    outfile,
    platform: 'node',
    external: ['electron', 'better-sqlite3', 'node-hid'],
    ...options,
  });

async function agent(name, simulatedKeys) {
  const out = path.join(root, 'out', name);
  await rm(out, { recursive: true, force: true });
  const options = {
    format: 'cjs',
    target: 'node18',
    minify: !simulatedKeys,
    define: {
      __SIMULATED_KEYS__: String(simulatedKeys),
      __ASKS__: JSON.stringify(Object.keys(stationContract.ask)),
      __LANGUAGES__: JSON.stringify(languageCodes()),
    },
  };
  await Promise.all([
    stationPages(path.join(out, 'ui'), !simulatedKeys),
    node(path.join(out, 'main.cjs'), 'main/entry.ts', options),
    node(path.join(out, 'key-process.cjs'), 'native/key-process.ts', options),
    ...[
      ['preload.cjs', 'preload/index.ts'],
      ['app-preload.cjs', 'preload/app.ts'],
    ].map(([file, entry]) =>
      node(path.join(out, file), entry, {
        ...options,
        target: ['node18', 'chrome114'],
        external: ['electron'],
      }),
    ),
  ]);
  await writeFile(
    path.join(out, 'package.json'),
    JSON.stringify({
      name: pkg.name,
      productName: pkg.productName,
      version: pkg.version,
      main: 'main.cjs',
    }),
  );
}

async function server() {
  const out = path.join(root, 'out/server');
  await rm(out, { recursive: true, force: true });
  await mkdir(path.join(out, 'console'), { recursive: true });
  await Promise.all([
    page(path.join(out, 'console'), 'server/console/index.tsx', true),
    node(path.join(out, 'index.mjs'), 'server/index.ts', {
      format: 'esm',
      target: 'node22',
      banner: {
        // Bundled CommonJS libraries ask for Node's own modules through require.
        js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);",
      },
    }),
  ]);
  await chmod(path.join(out, 'index.mjs'), 0o755);
  for (const file of ['index.html', 'icon.svg']) {
    await cp(path.join(root, 'server/console', file), path.join(out, 'console', file));
  }
  const unit = 'wardlock-server.service';
  await cp(path.join(root, 'server', unit), path.join(out, unit));
  await writeFile(
    path.join(out, 'package.json'),
    JSON.stringify(
      {
        name: 'wardlock-server',
        version: pkg.version,
        type: 'module',
        main: 'index.mjs',
        bin: { 'wardlock-server': 'index.mjs' },
        engines: pkg.engines,
        dependencies: { 'better-sqlite3': pkg.dependencies['better-sqlite3'] },
      },
      null,
      2,
    ),
  );
}

const targets = {
  agent: () => agent('agent', false),
  'agent-dev': () => agent('agent-dev', true),
  server,
};
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(targets);
for (const name of wanted) {
  if (!(name in targets))
    throw new Error(`unknown bundle ${name}: ${Object.keys(targets).join(', ')}`);
  await targets[name]();
}
