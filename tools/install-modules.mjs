// node_modules, exactly as package-lock.json says. Dependency-free: runs on Node 20.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { runVisibly } from './progress.mjs';
import { Stop, say } from './log.mjs';

/** Runs `npm ci` if node_modules is not what the lock says, and the one install script we need. */
export async function installModules(root) {
  const lock = JSON.parse(readFileSync(path.join(root, 'package-lock.json'), 'utf8')).packages;
  const wantedNode = `v${lock['node_modules/node'].version}`;
  if (!matchesLock(root, lock)) {
    // Scripts run only where they are approved (allowScripts in package.json), also with an npm
    // that is too old to know that field: none here, then those of `node`, which fetches Node 24.
    await npm(root, ['ci', '--ignore-scripts']);
    if (!matchesLock(root, lock))
      throw new Stop('npm ci left node_modules unlike package-lock.json');
  }
  if (nodeVersion(root) !== wantedNode) {
    await npm(root, ['rebuild', 'node']);
    const found = nodeVersion(root);
    if (found !== wantedNode)
      throw new Stop(`node_modules/.bin/node is ${found}, not ${wantedNode}`);
  }
}

const npm = (root, args) =>
  runVisibly(`npm ${args[0]}`, 'npm', [...args, '--no-audit', '--no-fund', '--loglevel=error'], {
    seconds: 900,
    cwd: root,
  });

/** npm keeps a copy of the lock it installed by; packages of other systems are left out of it. */
function matchesLock(root, lock) {
  const file = path.join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(file)) return false;
  const present = JSON.parse(readFileSync(file, 'utf8')).packages;
  const wrong = Object.entries(lock).find(([name, wanted]) => {
    if (name === '') return false;
    const found = present[name];
    return found === undefined ? !wanted.optional : found.version !== wanted.version;
  });
  if (wrong !== undefined) say(`node_modules does not match package-lock.json: ${wrong[0]}`);
  return wrong === undefined;
}

function nodeVersion(root) {
  const file = path.join(root, 'node_modules', '.bin', 'node');
  if (!existsSync(file)) return 'missing';
  return spawnSync(file, ['-v'], { encoding: 'utf8' }).stdout?.trim();
}
