// Stand-in for Electron's own default app, which the fallback runtime lacks: `electron <dir>`,
// `electron --version` and Playwright's `-r <loader>` need one. It also gives the main process
// what Electron 45 has and 25 has not, so that product code needs no branch for the fallback.
'use strict';
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const { app, clipboard } = require('electron');

globalThis.crypto ??= require('node:crypto').webcrypto;
clipboard.selection ??= { clear: () => clipboard.clear('selection') };
useOlderNodeApiForSqlite();

const { preloads, target } = parse(process.argv.slice(1));
Module._preloadModules(preloads);
if (target === undefined) {
  process.stderr.write('usage: electron [options] <folder of an app> [arguments]\n');
  process.exit(1);
}
start(path.resolve(target));

function parse(args) {
  const required = [];
  for (let index = 0; index < args.length; index += 1) {
    const arg = args[index];
    if (arg === '-v' || arg === '--version') {
      process.stdout.write(`v${process.versions.electron}\n`);
      process.exit(0);
    }
    if (arg === '-r' || arg === '--require') required.push(args[(index += 1)]);
    else if (!arg.startsWith('-')) return { preloads: required, target: arg };
  }
  return { preloads: required, target: undefined };
}

/** Loads the app as Electron's own default app does: `process.defaultApp`, name, version, path. */
function start(folder) {
  Object.defineProperty(process, 'defaultApp', { value: true, enumerable: true });
  const manifestFile = path.join(folder, 'package.json');
  if (fs.existsSync(manifestFile)) {
    const manifest = JSON.parse(fs.readFileSync(manifestFile, 'utf8'));
    if (manifest.version) app.setVersion(manifest.version);
    app.setName(manifest.productName ?? manifest.name ?? app.getName());
    app.setDesktopName(manifest.desktopName ?? `${app.getName()}.desktop`);
    app.setAppPath(folder);
  } else {
    app.setAppPath(path.dirname(folder));
  }
  require(Module._resolveFilename(folder, null, true));
}

/** better-sqlite3's own prebuild needs Node-API 10; the build beside this runtime needs 8. */
function useOlderNodeApiForSqlite() {
  const replacement = path.join(process.resourcesPath, '..', '..', 'better_sqlite3.node');
  const prebuild = /[\\/]better-sqlite3[\\/](prebuilds|build)[\\/].+\.node$/;
  const load = Module._extensions['.node'];
  Module._extensions['.node'] = (module, filename) =>
    load(module, prebuild.test(filename) ? replacement : filename);
}
