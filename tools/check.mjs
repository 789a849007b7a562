// `npm run check`: types, lint, import rules, format, unused code. Short when all is well.
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { run } from './run.mjs';

const root = path.resolve(import.meta.dirname, '..');
const reports = path.join(root, 'out', 'test-reports');
const bin = (name) => path.join(root, 'node_modules', '.bin', name);
const folders = 'bench common demo installer main native preload renderer server test tools'
  .split(' ')
  .filter((name) => existsSync(path.join(root, name)));

const checks = {
  types: ['tsc', '-b'],
  lint: ['oxlint', '--deny-warnings', '-f', 'unix'],
  imports: ['depcruise', '--output-type', 'err', ...folders],
  format: ['prettier', '--check', '.', '--log-level', 'warn'],
  unused: ['knip', '--no-progress'],
};

/** Two programs at a time are what two cores can do; each prints only when it found something. */
const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(checks);
const failed = [];
const queue = [...wanted];
const worker = async () => {
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const [program, ...args] = checks[name] ?? [];
    if (program === undefined)
      throw new Error(`no check "${name}": ${Object.keys(checks).join(', ')}`);
    try {
      await run(bin(program), args, { seconds: 300, lines: 200, cwd: root, env: withNode24() });
    } catch (error) {
      failed.push(name);
      process.stdout.write(`\n── ${name} ──\n${error.message}\n`);
    }
  }
};

/** These programs find their Node by its name. */
const withNode24 = () => ({
  ...process.env,
  PATH: `${path.join(root, 'node_modules', '.bin')}${path.delimiter}${process.env.PATH}`,
  NO_COLOR: '1',
});

await Promise.all([worker(), worker()]);
const good = wanted.filter((name) => !failed.includes(name));
process.stdout.write(`${good.length} checks good: ${good.join(', ')}\n`);
if (failed.length > 0) process.stdout.write(`${failed.length} failed: ${failed.join(', ')}\n`);
await mkdir(reports, { recursive: true });
const summary = { passed: good.length, failed: failed.length };
await writeFile(path.join(reports, 'check.json'), JSON.stringify(summary));
process.exitCode = failed.length > 0 ? 1 : 0;
