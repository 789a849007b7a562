// Chromium refuses its sandbox to root. Tests about security therefore run as a user of their own,
// in a copy of the checkout that it may read wherever the original lies.
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { chmod, chown, copyFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Stop, say } from './log.mjs';
import { run } from './run.mjs';

const root = path.resolve(import.meta.dirname, '..');
const user = 'wardlock-test';
const leftOut = new Set(['.git', '.demo', 'dist', 'test-results', 'playwright-report']);

/**
 * How to run a command as somebody who is not root. Nothing to do for those who are not.
 * @param {import('./electron.mjs').Electron} electron
 * @param {string} report the report file, copied back afterwards
 */
export async function asTestUser(electron, report) {
  if (process.getuid?.() !== 0) return {};
  const { uid, gid } = await testUser();
  const home = await mkdtemp(path.join(os.tmpdir(), 'wardlock-test-'));
  await chmod(home, 0o755);
  const place = path.join(home, 'checkout');
  const runtime = path.join(home, 'electron');
  const output = path.join(home, 'output');
  say(`copying checkout and runtime for the user ${user} to ${home}`);
  await mkdir(place);
  for (const name of await readdir(root)) {
    if (!leftOut.has(name)) await copy(path.join(root, name), path.join(place, name));
  }
  // With its parent: beside dist lies what the fallback's stand-in loads.
  await copy(path.dirname(electron.dist), runtime);
  const dist = path.join(runtime, path.basename(electron.dist));
  await allowSetuidSandbox(dist);
  for (const name of ['output', 'home', 'tmp']) {
    await mkdir(path.join(home, name));
    await chown(path.join(home, name), uid, gid);
  }
  const copied = path.join(output, path.basename(report));
  return {
    cwd: place,
    wrap: (args) => [
      'setpriv',
      `--reuid=${uid}`,
      `--regid=${gid}`,
      '--clear-groups',
      '--inh-caps=-all',
      ...args.map((arg) => arg.replace(root, place)),
    ],
    env: {
      HOME: path.join(home, 'home'),
      TMPDIR: path.join(home, 'tmp'),
      USER: user,
      LOGNAME: user,
      WARDLOCK_CACHE: path.join(home, 'home', 'cache'),
      WARDLOCK_TEST_OUTPUT: path.join(output, 'test-results'),
      ELECTRON_OVERRIDE_DIST_PATH: dist,
      PLAYWRIGHT_JSON_OUTPUT_FILE: copied,
    },
    tidy: async () => {
      await cp(copied, report, { force: true }).catch((error) => {
        if (error.code !== 'ENOENT') throw error;
      });
      await rm(home, { recursive: true, force: true });
    },
  };
}

export async function testUser() {
  const exists = await run('getent', ['passwd', user], { seconds: 10 }).catch(() => undefined);
  if (exists === undefined) {
    say(`creating the user ${user}`);
    await run('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', user], {
      seconds: 30,
    });
  }
  const { stdout } = await run('getent', ['passwd', user], { seconds: 10 });
  const [, , uid, gid] = stdout.split(':');
  if (!Number(uid)) throw new Stop(`the user ${user} cannot be used: ${stdout}`);
  return { uid: Number(uid), gid: Number(gid) };
}

/** Hard links where the file system allows them, else a real copy. */
async function copy(from, to) {
  await run('cp', ['-al', from, to], { seconds: 120 }).catch(async () => {
    await rm(to, { recursive: true, force: true });
    await run('cp', ['-a', from, to], { seconds: 300 });
  });
}

/** Where the kernel gives no user namespaces, Chromium's sandbox needs this helper setuid root. */
async function allowSetuidSandbox(dist) {
  const helper = path.join(dist, 'chrome-sandbox');
  await copyFile(helper, `${helper}.own`);
  await rm(helper);
  await copyFile(`${helper}.own`, helper);
  await rm(`${helper}.own`);
  await chown(helper, 0, 0);
  await chmod(helper, 0o4755);
}
