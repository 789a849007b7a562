// Bundles the pages of the agent and of the console.
import { cp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { build } from 'esbuild';
import { words } from './words.mjs';

const root = path.resolve(import.meta.dirname, '..');

const contentTypes = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
};

export const page = (outdir, entry, minify, plugins = []) =>
  build({
    absWorkingDir: root,
    bundle: true,
    logLevel: 'warning',
    legalComments: 'none',
    metafile: true,
    entryPoints: { app: entry },
    outdir,
    minify,
    format: 'iife',
    platform: 'browser',
    target: 'chrome114',
    jsx: 'automatic',
    define: { 'process.env.NODE_ENV': '"production"' },
    loader: { '.woff2': 'file' },
    assetNames: '[name]-[hash]',
    plugins,
  });

/** The station's pages, and the list of what may be served; `folder` holds the words of their languages. */
export async function stationPages(outdir, minify, folder) {
  const ui = await page(outdir, 'renderer/index.tsx', minify, [words(folder)]);
  await cp(path.join(root, 'renderer/index.html'), path.join(outdir, 'index.html'));
  // The pages are served from this list and from nothing else.
  const files = [
    ...Object.keys(ui.metafile.outputs).map((file) => path.basename(file)),
    'index.html',
  ].sort();
  const manifest = Object.fromEntries(
    files.map((file) => [file, contentTypes[path.extname(file)]]),
  );
  await writeFile(path.join(outdir, 'manifest.json'), JSON.stringify(manifest, null, 1));
}
