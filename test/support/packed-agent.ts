import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import {
  chmod,
  chown,
  copyFile,
  cp,
  mkdir,
  mkdtemp,
  readFile,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { _electron } from '@playwright/test';
import { createPackageWithOptions, extractAll } from '@electron/asar';
import { resolveElectron } from '../../tools/electron.mjs';
import { pack } from '../../tools/pack.mjs';
import { testUser } from '../../tools/test-user.mjs';

const root = path.resolve(import.meta.dirname, '../..');
/** The one place where a packaged station looks; only an administrator can write it. */
const CONFIG = '/etc/wardlock/station.json';

/**
 * Packs both packages of this commit and lets a user who is not root start them, beside a configuration of a
 * station that has no server. Wants root: that user, and the configuration's place, are made for the time.
 */
export async function packedAgents() {
  if (process.getuid?.() !== 0) throw new Error('the packages are tested by root: it writes /etc');
  if (existsSync(CONFIG))
    throw new Error(`${CONFIG} is there: this is a station, not a test machine`);
  const user = await testUser();
  const electron = await resolveElectron(() => undefined);
  const folder = await mkdtemp(path.join(tmpdir(), 'wardlock-packed-'));
  await chmod(folder, 0o755);
  const make = async (kind: 'production' | 'test') => {
    const packed = await pack({
      dist: electron.dist,
      output: path.join(folder, kind),
      trial: true,
      inspectable: kind === 'test',
    });
    if (Number.parseInt(electron.version, 10) < 45) await runOnFallback(packed, electron.dist);
    const helper = path.join(packed, 'chrome-sandbox');
    await chown(helper, 0, 0);
    await chmod(helper, 0o4755);
    return packed;
  };
  const production = await make('production');
  const inspectable = await make('test');
  await mkdir(path.dirname(CONFIG), { recursive: true });
  await writeFile(
    CONFIG,
    JSON.stringify({
      serverUrl: 'http://127.0.0.1:9',
      place: 'Package room',
      rpId: 'localhost',
      allowUnsealed: true,
    }),
  );
  const started: ChildProcess[] = [];

  return {
    production,
    inspectable,
    user,
    /** Starts a package as a user of its own home; `code` once it ended. */
    async start(
      packed: string,
      {
        args = [],
        env = {},
        as = user,
      }: {
        readonly args?: readonly string[];
        readonly env?: Record<string, string>;
        readonly as?: { readonly uid: number; readonly gid: number };
      } = {},
    ) {
      const home = await mkdtemp(path.join(folder, 'home-'));
      await chown(home, as.uid, as.gid);
      const child = spawn(path.join(packed, 'wardlock'), args, {
        cwd: home,
        uid: as.uid,
        gid: as.gid,
        env: { PATH: process.env['PATH'] ?? '', HOME: home, ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      started.push(child);
      let output = '';
      for (const stream of [child.stdout, child.stderr])
        stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
      return {
        child,
        home,
        output: () => output,
        code: once(child, 'close').then(([code, signal]) => (signal ?? code) as unknown),
      };
    },
    /** The test package, driven by Playwright; started by that user, who keeps Chromium's sandbox. */
    async drive(display: string) {
      const home = await mkdtemp(path.join(folder, 'home-'));
      await chown(home, user.uid, user.gid);
      const starter = path.join(folder, 'as-user');
      const as = `setpriv --reuid=${user.uid} --regid=${user.gid} --clear-groups`;
      const program = path.join(inspectable, 'wardlock');
      await writeFile(starter, `#!/bin/sh\nexec ${as} ${program} "$@"\n`, { mode: 0o755 });
      return _electron.launch({
        executablePath: starter,
        cwd: home,
        chromiumSandbox: true,
        env: { PATH: process.env['PATH'] ?? '', HOME: home, DISPLAY: display },
      });
    },
    async stop() {
      for (const child of started)
        if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
      await rm(path.dirname(CONFIG), { recursive: true, force: true });
      await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}

/** Puts beside a packed app what the fallback runtime needs, the same in both packages. */
async function runOnFallback(packed: string, dist: string): Promise<void> {
  const resources = path.join(packed, 'resources');
  const archive = path.join(resources, 'app.asar');
  const open = path.join(packed, '..', 'open');
  extractAll(archive, open);
  const addon = path.join(open, 'node_modules/better-sqlite3/prebuilds/linux-x64.node');
  await copyFile(path.join(dist, '..', 'better_sqlite3.node'), addon);
  await cp(
    path.join(root, 'tools/electron-fallback/packed-start.cjs'),
    path.join(open, 'packed-start.cjs'),
  );
  const manifest = path.join(open, 'package.json');
  const app = JSON.parse(await readFile(manifest, 'utf8')) as object;
  await writeFile(manifest, JSON.stringify({ ...app, main: 'packed-start.cjs' }));
  await rm(archive);
  await rm(`${archive}.unpacked`, { recursive: true });
  await createPackageWithOptions(open, archive, { unpack: '*.node' });
  await rm(open, { recursive: true });
}
