// Which Electron runs here, and why. In this order: ELECTRON_OVERRIDE_DIST_PATH; the installed
// electron package with its own download; the registry-carried fallback, for trying out and tests.
// As a program it prints the executable's path: electron "$(node tools/electron.mjs)"
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { cacheFolder } from './cache.mjs';
import { fallbackElectron, fallbackVersion } from './electron-fallback.mjs';
import { visibly } from './progress.mjs';
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
  const electron = (await overridden()) ?? (await ownOrFallback(say));
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

async function ownOrFallback(say) {
  const { version } = JSON.parse(await readFile(path.join(installed, 'package.json'), 'utf8'));
  const note = path.join(cacheFolder(), `electron-${version}-unavailable.json`);
  let problem;
  if (!(await hasOwnBinary(version))) {
    problem = await failedLately(note);
    if (problem === undefined) {
      problem = await download(version, say);
      if (problem !== undefined) await remember(note, problem);
    }
  }
  if (problem === undefined) {
    const dist = path.join(installed, 'dist');
    const reason = 'the electron package of package-lock.json with its own download';
    return {
      executable: path.join(dist, platformPath()),
      dist,
      version,
      source: 'installed',
      reason,
    };
  }
  return {
    ...(await fallbackElectron(say)),
    version: fallbackVersion,
    source: 'fallback',
    reason:
      `for trying out and tests only, because electron ${version} cannot be downloaded ` +
      `(${problem}; asked again after an hour, or once ${note} is deleted)`,
  };
}

async function hasOwnBinary(version) {
  const dist = path.join(installed, 'dist');
  const versionFile = path.join(dist, 'version');
  if (!existsSync(path.join(dist, platformPath())) || !existsSync(versionFile)) return false;
  return (await readFile(versionFile, 'utf8')).trim().replace(/^v/, '') === version;
}

/** Lets the electron package fetch its binary; answers with the problem, if there is one. */
async function download(version, say) {
  const fetching = () =>
    run(process.execPath, [path.join(installed, 'install.js')], {
      seconds: downloadSeconds,
      cwd: installed,
    });
  try {
    await visibly(`fetching Electron ${version} (at most ${downloadSeconds} s)`, fetching, say);
  } catch (error) {
    await rm(path.join(installed, 'dist'), { recursive: true, force: true });
    const [first, ...more] = error.message.split('\n').filter((line) => line.trim());
    return more[0] ?? first;
  }
  return (await hasOwnBinary(version)) ? undefined : 'its installation left no binary';
}

async function failedLately(note) {
  if (!existsSync(note)) return undefined;
  const { at, problem } = JSON.parse(await readFile(note, 'utf8'));
  return Date.now() - at < retryAfterMs ? problem : undefined;
}

async function remember(note, problem) {
  await mkdir(cacheFolder(), { recursive: true });
  await writeFile(note, JSON.stringify({ at: Date.now(), problem }));
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
