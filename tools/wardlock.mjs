// Every npm script begins here: node tools/wardlock.mjs <command> [arguments]
// It makes the machine ready and then runs the command. Dependency-free, and runs on Node 20: until
// `npm ci` is done there is nothing else. Later steps name node_modules/.bin/node (24) explicitly,
// because within one npm script the shell remembers where the old `node` was.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { installModules } from './install-modules.mjs';
import { Stop, fail, say } from './log.mjs';
import { signalGroup } from './run.mjs';
import { installSystemPackages } from './system-packages.mjs';

const root = path.resolve(import.meta.dirname ?? '.', '..');
const node = path.join(root, 'node_modules', '.bin', 'node');

/** What each command needs before its own program runs. */
const commands = {
  start: { program: 'tools/start', packages: 'electron', bundles: ['agent-dev', 'server'] },
  test: { program: 'tools/test', packages: 'test', bundles: ['agent', 'agent-dev', 'server'] },
  check: { program: 'tools/check', packages: 'none', bundles: [] },
  smoke: { program: 'tools/smoke', packages: 'electron', bundles: ['agent-dev', 'server'] },
  bench: { program: 'bench/main', packages: 'bench', bundles: ['agent', 'agent-dev', 'server'] },
  screenshots: {
    program: 'test/screenshots/main',
    packages: 'test',
    bundles: ['agent-dev', 'server'],
  },
  lab: { program: 'test/lab/main', packages: 'none', bundles: ['agent', 'agent-dev'] },
  msi: { program: 'installer/main', packages: 'none', bundles: [] },
  soak: { program: 'bench/soak', packages: 'electron', bundles: ['agent-dev', 'server'] },
};

async function main([name, ...args]) {
  if (Number(process.versions.node.split('.')[0]) < 20 || !import.meta.dirname) {
    throw new Stop(`This needs Node 20.11 or newer; ${process.execPath} is ${process.version}.`);
  }
  const command = Object.hasOwn(commands, name ?? '') ? commands[name] : undefined;
  if (command === undefined) {
    throw new Stop(`Usage: node tools/wardlock.mjs ${Object.keys(commands).join('|')} [arguments]`);
  }
  const program = [`${command.program}.mjs`, `${command.program}.ts`].find((file) =>
    existsSync(path.join(root, file)),
  );
  if (program === undefined) {
    throw new Stop(`"${name}" is not built yet: there is no ${command.program}.mjs or .ts.`);
  }
  await installSystemPackages(command.packages);
  await installModules(root);
  if (command.bundles.length > 0) {
    const code = await step('bundling', ['tools/build.mjs', ...command.bundles]);
    if (code !== 0) throw new Stop('The bundles could not be built: see above.', 1);
  }
  return step(name, [program, ...args]);
}

/** Runs one step in a process group of its own, so that nothing it started outlives it. */
function step(name, args) {
  say(name);
  return new Promise((resolve, reject) => {
    const child = spawn(node, args, { cwd: root, stdio: 'inherit', detached: true });
    const killGroup = () => signalGroup(child, 'SIGKILL');
    let asked = false;
    const end = () => {
      if (asked) return;
      asked = true;
      child.kill('SIGTERM');
      setTimeout(killGroup, 20_000).unref();
    };
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    for (const signal of signals) process.on(signal, end);
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      for (const each of signals) process.off(each, end);
      killGroup();
      if (asked) process.exit(130);
      if (signal !== null) say(`${name} was ended by ${signal}`);
      resolve(code ?? 1);
    });
  });
}

main(process.argv.slice(2)).then((code) => process.exit(code), fail);
