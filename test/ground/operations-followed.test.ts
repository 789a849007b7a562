// docs/operations.md, worked through from top to bottom in an empty folder.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Block, blocksOf, filledIn, notPrinted } from '../support/followed-page.ts';
import { freePort, makePostgres, type Postgres } from '../support/postgres.ts';

const root = path.resolve(import.meta.dirname, '../..');
const standIns = path.join(root, 'test/support/stand-ins');

let folder: string;
let postgres: Postgres;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wardlock-operations-'));
  await chmod(folder, 0o755);
  postgres = await makePostgres();
});
afterAll(async () => {
  for (const units of ['units', 'units-2']) {
    const env = {
      ...process.env,
      PATH: `${standIns}:${process.env['PATH']}`,
      UNITS: path.join(folder, units),
    };
    await promisify(execFile)('systemctl', ['stop', 'wardlock-server'], { env }).catch(
      () => undefined,
    );
  }
  await postgres.remove();
  await rm(folder, { recursive: true, force: true });
});

/** What a reader puts for the placeholders of the page's blocks of them, in turn. */
async function readersValues(): Promise<Readonly<Record<string, string>>[]> {
  const inside = (name: string) => path.join(folder, name);
  // Root can become somebody else, as on a real server.
  const service = userInfo().uid === 0 ? 'daemon' : userInfo().username;
  // Where that user may run it.
  await copyFile(process.execPath, inside('node'));
  await chmod(inside('node'), 0o755);
  for (const name of ['units', 'units-2', 'tmp']) await mkdir(inside(name));
  await chmod(inside('tmp'), 0o1777);
  return [
    {
      RELEASE: path.join(root, 'out/server'),
      NODE: inside('node'),
      PROGRAM: inside('program'),
      DATA: inside('data'),
      BACKUPS: inside('backups'),
      UNITS: inside('units'),
      SERVICE: service,
      HOST: 'wardlock.clinic.example',
      PORT: String(await freePort()),
      PRACTICE: 'Lakeside Clinic',
      CERT: inside('cert.pem'),
      RP_ID: 'keys.clinic.example',
    },
    { DATABASE: await postgres.database() },
    { DATA: inside('data-2'), UNITS: inside('units-2'), PORT: String(await freePort()) },
  ];
}

const MARK = '@@ line ';

/** One shell for all of it, as the reader has; what each block prints, by its line. */
async function follow(blocks: readonly Block[]): Promise<ReadonlyMap<number, string>> {
  const values = await readersValues();
  const parts = blocks.map((block) => {
    if (block.kind === 'sh') return `echo '${MARK}${block.line}'\n${block.text}`;
    const own = values.shift();
    if (own === undefined) throw new Error(`line ${block.line}: placeholders that nobody knows`);
    return filledIn(block, own);
  });
  const script = path.join(folder, 'script');
  await writeFile(script, `set -e -o pipefail -a\n${parts.join('\n')}\necho '${MARK}0'\n`);
  const child: ChildProcess = spawn('bash', [script], {
    cwd: folder,
    env: {
      ...process.env,
      PATH: `${standIns}:${process.env['PATH']}`,
      TMPDIR: path.join(folder, 'tmp'),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk) => (said += String(chunk)));
  }
  const [code] = await once(child, 'exit');
  const logs = await Promise.all(
    ['units', 'units-2'].map((name) =>
      readFile(path.join(folder, name, 'log'), 'utf8').catch(() => ''),
    ),
  );
  expect(code, `${said}\n${logs.join('\n')}`).toBe(0);
  const token = await readFile(path.join(folder, 'data', 'console-token'), 'utf8');
  expect(token.trim()).not.toBe('');
  // What systemd keeps in its journal.
  for (const log of logs) {
    expect(log).toContain('Server listening');
    expect(log).not.toContain(token.trim());
  }
  const outputs = said.split(MARK).slice(1);
  return new Map(
    outputs.map((one) => [Number.parseInt(one, 10), one.slice(one.indexOf('\n') + 1)] as const),
  );
}

test(
  'every command of the page works, and prints what the page says',
  { timeout: 900_000 },
  async () => {
    const blocks = blocksOf(await readFile(path.join(root, 'docs/operations.md'), 'utf8'));
    expect(blocks.length).toBeGreaterThan(20);
    const outputs = await follow(blocks);
    for (const block of blocks) {
      if (block.kind === 'placeholders') continue;
      const output = outputs.get(block.line);
      expect(output, `line ${block.line} was not reached`).toBeDefined();
      expect(notPrinted(block, output ?? ''), `line ${block.line}: ${output}`).toEqual([]);
    }
  },
);

test('systemd finds nothing to say about the unit', async () => {
  const text = await readFile(path.join(root, 'out/server/wardlock-server.service'), 'utf8');
  const file = path.join(folder, 'wardlock-server.service');
  await writeFile(
    file,
    text
      .replace('/usr/bin/node', process.execPath)
      .replace('/opt/wardlock', path.join(root, 'out/server')),
  );
  const verified = await promisify(execFile)('systemd-analyze', ['verify', file]);
  expect(verified).toEqual({ stdout: '', stderr: '' });
});
