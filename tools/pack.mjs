// Packs the production agent into a folder: node tools/pack.mjs [--dist RUNTIME] [--output FOLDER]
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { Platform, build } from 'electron-builder';
import { Stop, fail, say } from './log.mjs';
import { resolveElectron } from './electron.mjs';
import { afterPack, removeDefaultApp } from './pack-guard.mjs';

const root = path.resolve(import.meta.dirname, '..');

/**
 * Packs out/agent with a runtime.
 * @param {object} options
 * @param {string} options.dist folder of the Electron runtime
 * @param {string} options.output folder to write to
 * @param {boolean} [options.trial] takes any runtime: for looking at what gets packed, never to ship
 * @param {boolean} [options.inspectable] the test package: the same but for one fuse, so that tests can drive it
 * @returns {Promise<string>} the packed folder
 */
export async function pack({ dist, output, trial = false, inspectable = false }) {
  await mkdir(output, { recursive: true });
  await build({
    projectDir: root,
    targets: Platform.LINUX.createTarget('dir'),
    publish: 'never',
    config: {
      extends: path.join(root, 'electron-builder.yml'),
      electronDist: dist,
      directories: { output, buildResources: 'assets' },
      afterPack: (context) => afterPack(context, { inspectable }),
      ...(trial ? { afterExtract: ({ appOutDir }) => removeDefaultApp(appOutDir) } : {}),
    },
  });
  return path.join(output, 'linux-unpacked');
}

if (process.argv[1] === import.meta.filename) {
  const { values } = parseArgs({
    options: { dist: { type: 'string' }, output: { type: 'string' } },
  });
  try {
    const electron = values.dist ? undefined : await resolveElectron(say);
    if (electron?.source === 'fallback') {
      throw new Stop(`A package needs the real Electron. ${electron.reason}.`);
    }
    const output = path.resolve(values.output ?? path.join(root, 'dist'));
    say(`packed ${await pack({ dist: values.dist ?? electron.dist, output })}`);
  } catch (error) {
    fail(error);
  }
}
