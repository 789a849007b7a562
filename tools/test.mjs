// `npm test [suite…]`: every suite on real parts, then one sum. What did not run counts as failed.
import { spawn } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { resolveElectron } from './electron.mjs';
import { Stop, fail, say } from './log.mjs';
import { asTestUser } from './test-user.mjs';
import { countLab, countPlaywright, countVitest } from './test-results.mjs';

const root = path.resolve(import.meta.dirname, '..');
const reports = path.join(root, 'out', 'test-reports');
const bin = (name) => path.join(root, 'node_modules', '.bin', name);
const suiteMinutes = 30;

const playwright = (project, prepare = () => ({})) => ({
  count: countPlaywright,
  prepare,
  args: () => [bin('playwright'), 'test', '--project', project, '--reporter', 'line,json'],
});

const vitest = (project) => ({
  count: countVitest,
  prepare: () => ({}),
  args: (report) => [
    bin('vitest'),
    'run',
    '--project',
    project,
    '--reporter=dot',
    '--reporter=json',
    `--outputFile.json=${report}`,
  ],
});

const suites = {
  unit: vitest('unit'),
  postgres: vitest('postgres'),
  electron: playwright('electron'),
  security: playwright('security', asTestUser),
  chromium: playwright('chromium'),
  lab: {
    count: countLab,
    prepare: () => ({}),
    args: (report) => ['test/lab/main.ts', '--json', report],
  },
};

let current;
let asked = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    asked = true;
    // The runners tidy up their browsers on this one.
    current?.kill('SIGINT');
  });
}

try {
  const wanted = process.argv.length > 2 ? process.argv.slice(2) : Object.keys(suites);
  const unknown = wanted.find((name) => !Object.hasOwn(suites, name));
  if (unknown) throw new Stop(`no suite "${unknown}": ${Object.keys(suites).join(', ')}`);
  const electron = await resolveElectron(say);
  for (const name of [...Object.keys(suites), 'summary']) {
    await rm(path.join(reports, `${name}.json`), { force: true });
  }
  await mkdir(reports, { recursive: true });
  const results = [];
  for (const name of wanted) {
    if (!asked) results.push({ name, ...(await runSuite(name, electron)) });
  }
  const sum = (key) => results.reduce((total, result) => total + result[key], 0);
  const summary = { passed: sum('passed'), failed: sum('failed'), results };
  await writeFile(path.join(reports, 'summary.json'), JSON.stringify(summary, undefined, 2));
  process.stdout.write('\n');
  for (const { name, failures } of results) {
    for (const failure of failures) process.stdout.write(`failed in ${name}: ${failure}\n`);
  }
  for (const { name, passed, failed, note } of results) {
    process.stdout.write(`${name.padEnd(10)} ${passed} passed, ${failed} failed ${note}\n`);
  }
  process.stdout.write(`${'all'.padEnd(10)} ${summary.passed} passed, ${summary.failed} failed\n`);
  process.exit(asked ? 130 : summary.failed === 0 ? 0 : 1);
} catch (error) {
  fail(error);
}

async function runSuite(name, electron) {
  say(`suite ${name}`);
  const suite = suites[name];
  const report = path.join(reports, `${name}.json`);
  const {
    wrap = (args) => args,
    env = {},
    cwd = root,
    tidy,
  } = await suite.prepare(electron, report);
  let code;
  try {
    const [program, ...args] = wrap([process.execPath, ...suite.args(report)]);
    code = await runTests(program, args, {
      cwd,
      env: {
        ...process.env,
        // One resolution for all suites.
        ELECTRON_OVERRIDE_DIST_PATH: electron.dist,
        PLAYWRIGHT_JSON_OUTPUT_FILE: report,
        ...env,
      },
    });
  } finally {
    await tidy?.();
  }
  return suite.count(report, code);
}

function runTests(program, args, options) {
  return new Promise((resolve) => {
    current = spawn(program, args, { ...options, stdio: ['ignore', 'inherit', 'inherit'] });
    const limit = setTimeout(() => {
      say(`not done after ${suiteMinutes} minutes: ending it`);
      current.kill('SIGINT');
      setTimeout(() => current.kill('SIGKILL'), 15_000).unref();
    }, suiteMinutes * 60_000);
    current.on('error', (error) => {
      say(error.message);
      resolve(127);
    });
    current.on('exit', (code, signal) => {
      clearTimeout(limit);
      resolve(code ?? signal);
    });
  });
}
