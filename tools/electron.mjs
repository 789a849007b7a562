// Which Electron runs here, and why. In this order: ELECTRON_OVERRIDE_DIST_PATH; the installed
// electron package with its own download; the registry-carried fallback, for trying out and tests.
// As a program it prints the executable's path: electron "$(node tools/electron.mjs)"
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder } from './cache.mjs';
import { fallbackElectron, fallbackVersion } from './electron-fallback.mjs';
import { run } from './run.mjs';

/**
 * @typedef {object} Electron
 * @property {string} executable path of the program to start
 * @property {string} dist folder of the runtime
 * @property {string} version
 * @property {'override' | 'installed' | 'fallback'} source
 * @property {string} reason one sentence
 */

const root = path.resolve(import.meta.dirname, '..');
const installed = path.join(root, 'node_modules', 'electron');
const downloadSeconds = 180;
/** How long a failed download is remembered, so that starts without that network stay fast. */
const retryAfterMs = 60 * 60 * 1000;

/**
 * Resolves the Electron to run, fetching or building what is missing, and prints it.
 * @param {(line: string) => void} [say] where to print; standard error if left out
 * @returns {Promise<Electron>}
 */
export async function resolveElectron(say = (line) => process.stderr.write(`${line}\n`)) {
  const electron = (await overridden()) ?? (await ownDownload(say)) ?? (await fallback(say));
  say(`Electron ${electron.version} (${electron.source}): ${electron.reason}`);
  say(`  ${electron.executable}`);
  return electron;
}

/** Chromium refuses its sandbox to root; everybody else keeps it. */
export const sandboxArguments = () => (process.getuid?.() === 0 ? ['--no-sandbox'] : []);

async function overridden() {
  const dist = process.env.ELECTRON_OVERRIDE_DIST_PATH;
  if (!dist) return undefined;
  const executable = path.join(dist, platformPath());
  if (!existsSync(executable)) {
    throw new Error(`ELECTRON_OVERRIDE_DIST_PATH is ${dist}, but there is no ${executable}`);
  }
  const { stdout } = await run(executable, ['-p', 'process.versions.electron'], {
    seconds: 30,
    env: { ...process.env, ELECTRON_RUN_AS_NODE: '1' },
  });
  const version = stdout.trim();
  return { executable, dist, version, source: 'override', reason: 'ELECTRON_OVERRIDE_DIST_PATH' };
}

async function ownDownload(say) {
  const { version } = JSON.parse(await readFile(path.join(installed, 'package.json'), 'utf8'));
  const dist = path.join(installed, 'dist');
  const found = async () => {
    const executable = path.join(dist, platformPath());
    const present = existsSync(executable) && existsSync(path.join(dist, 'version'));
    if (!present || !(await readFile(path.join(dist, 'version'), 'utf8')).includes(version)) return;
    const reason = 'the electron package of package-lock.json with its own download';
    return { executable, dist, version, source: 'installed', reason };
  };
  const present = await found();
  if (present !== undefined) return present;

  const note = path.join(cacheFolder(), `electron-${version}-unavailable.json`);
  if ((await failedLately(note)) !== undefined) return undefined;
  say(`fetching Electron ${version} (at most ${downloadSeconds} s)`);
  const program = path.join(installed, 'install.js');
  try {
    await run(process.execPath, [program], { seconds: downloadSeconds, cwd: installed });
    return await found();
  } catch (error) {
    const why =
      error.message
        .split('\n')
        .slice(1)
        .find((line) => line.trim()) ?? error.message;
    await rm(dist, { recursive: true, force: true });
    await mkdir(cacheFolder(), { recursive: true });
    await writeFile(note, JSON.stringify({ at: Date.now(), why }));
    return undefined;
  }
}

async function failedLately(note) {
  if (!existsSync(note)) return undefined;
  const { at, why } = JSON.parse(await readFile(note, 'utf8'));
  return Date.now() - at < retryAfterMs ? { why, note } : undefined;
}

async function fallback(say) {
  const { version } = JSON.parse(await readFile(path.join(installed, 'package.json'), 'utf8'));
  const note = path.join(cacheFolder(), `electron-${version}-unavailable.json`);
  const failed = await failedLately(note);
  const { dist, executable } = await fallbackElectron(say);
  return {
    executable,
    dist,
    version: fallbackVersion,
    source: 'fallback',
    reason:
      `electron ${version} could not be downloaded (${failed?.why ?? 'no binary after its installation'}); ` +
      `for trying out and tests only. Delete ${note} to try again before an hour is over`,
  };
}

/** Where the executable lies in a runtime of this system. */
function platformPath() {
  if (process.platform === 'darwin') return 'Electron.app/Contents/MacOS/Electron';
  return process.platform === 'win32' ? 'electron.exe' : 'electron';
}

if (process.argv[1] === import.meta.filename) {
  const { executable } = await resolveElectron();
  process.stdout.write(`${executable}\n`);
}
