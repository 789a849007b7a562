import { execFile } from 'node:child_process';
import { cp, glob, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
/** What the checks are made of. */
const checks = ['tools/check.mjs', 'tools/run.mjs', 'tools/lint'];

/** A copy of the checkout's configuration, with these files in it and no other source. */
export async function plantedCheckout(files: Readonly<Record<string, string>>) {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'wardlock-planted-'));
  const configuration = (await readdir(root, { withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
  for (const name of [...configuration, ...checks]) {
    await cp(path.join(root, name), path.join(folder, name), { recursive: true });
  }
  for await (const name of glob('{*,server/console}/tsconfig.json', { cwd: root })) {
    await cp(path.join(root, name), path.join(folder, name));
  }
  await symlink(path.join(root, 'node_modules'), path.join(folder, 'node_modules'));
  for (const [name, text] of Object.entries(files)) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), text);
  }
  return {
    /** `npm run check NAME` there. */
    check: (name: string) => runCheck(folder, name),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

function runCheck(folder: string, name: string): Promise<{ code: unknown; output: string }> {
  const program = path.join(folder, 'tools', 'check.mjs');
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [program, name],
      { cwd: folder, timeout: 120_000 },
      (error, stdout, stderr) => resolve({ code: error ? error.code : 0, output: stdout + stderr }),
    );
  });
}
