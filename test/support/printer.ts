import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { endingWithUs } from '../../tools/service.mjs';
import { until } from './station.ts';

const run = promisify(execFile);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The system's print service (CUPS) with one printer, its default, which keeps what it is sent. */
export async function startPrinter() {
  const folder = await mkdtemp(path.join(tmpdir(), 'wardlock-cups-'));
  await chmod(folder, 0o755);
  const at = (name: string) => path.join(folder, name);
  for (const name of ['spool', 'tmp', 'cache', 'run']) await mkdir(at(name));
  const server = `127.0.0.1:${await freePort()}`;
  await writeFile(
    at('cups-files.conf'),
    `ServerRoot ${folder}
RequestRoot ${at('spool')}
TempDir ${at('tmp')}
CacheDir ${at('cache')}
StateDir ${at('run')}
AccessLog stderr
ErrorLog stderr
PageLog ${at('jobs')}
FileDevice Yes
`,
  );
  const all = '  Order allow,deny\n  Allow all\n';
  await writeFile(
    at('cupsd.conf'),
    `Listen ${server}
Browsing No
PreserveJobFiles Yes
PageLogFormat %p %T %{job-name}
<Location />
${all}</Location>
<Location /admin>
${all}</Location>
<Policy default>
<Limit All>
  Order deny,allow
</Limit>
</Policy>
`,
  );
  const service: ChildProcess = spawn(
    ...endingWithUs('/usr/sbin/cupsd', [
      ...['-f', '-c', at('cupsd.conf'), '-s', at('cups-files.conf')],
    ]),
    { stdio: 'ignore' },
  );
  const gone = once(service, 'exit');
  const env = { CUPS_SERVER: server };
  const cups = (program: string, ...args: readonly string[]) =>
    run(program, args, { env: { ...process.env, ...env } });
  await until('the print service', () =>
    cups('lpstat', '-r').then(({ stdout }) => stdout.includes('is running')),
  );
  await cups('/usr/sbin/lpadmin', '-p', 'ward', '-E', '-v', 'file:///dev/null', '-m', 'raw');
  await cups('/usr/sbin/lpadmin', '-d', 'ward');

  return {
    env,
    /** What was printed, in order: the documents as they came. */
    async documents(): Promise<readonly Buffer[]> {
      const names = (await readdir(at('spool'))).filter((name) => /^d\d+-\d+$/.test(name)).sort();
      return Promise.all(names.map((name) => readFile(path.join(at('spool'), name))));
    },
    /** The print service's list of jobs: printer and title of each. */
    jobs: () => readFile(at('jobs'), 'utf8').catch(() => ''),
    async stop() {
      service.kill();
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
}
