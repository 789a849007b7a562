// The languages of the station's pages: one file each in renderer/i18n/words, found by the build. What
// English says and a file does not is an error of the build that names it.
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const MODULE = 'wardlock:words';
/** CLDR's names for plural forms; a language has those it needs, `other` always. */
const PLURAL = /_(zero|one|two|few|many|other)$/;

export const wordsFolder = path.resolve(import.meta.dirname, '../renderer/i18n/words');

/** Codes of the languages (BCP 47), English first. */
export const languageCodes = (folder = wordsFolder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .map((name) => name.slice(0, -'.ts'.length))
    .sort((a, b) => Number(b === 'en') - Number(a === 'en') || a.localeCompare(b));

/** Every key, in its path; the plural forms of one word as one. */
function keysOf(words, prefix = '') {
  return Object.entries(words).flatMap(([name, value]) =>
    typeof value === 'string'
      ? [prefix + name.replace(PLURAL, '')]
      : keysOf(value, `${prefix}${name}.`),
  );
}

/** What is wrong with the words of a language, a sentence each. */
export function problemsOf(code, words, english) {
  const [own, wanted] = [new Set(keysOf(words)), new Set(keysOf(english))];
  const problems = [];
  for (const key of wanted) if (!own.has(key)) problems.push(`${code}.ts does not say ${key}`);
  for (const key of own)
    if (!wanted.has(key)) problems.push(`${code}.ts says ${key}, which nobody asks for`);
  return problems;
}

async function read(folder, code) {
  const { outputFiles } = await build({
    entryPoints: [path.join(folder, `${code}.ts`)],
    bundle: true,
    write: false,
    format: 'esm',
  });
  const text = Buffer.from(outputFiles[0].contents).toString('base64');
  const { words } = await import(`data:text/javascript;base64,${text}`);
  if (words === undefined) throw new Error(`${code}.ts exports no "words"`);
  return words;
}

/** An esbuild plugin: `import { all } from 'wardlock:words'` brings the words of every language by its code. */
export const words = (folder = wordsFolder) => ({
  name: 'words',
  setup(bundler) {
    bundler.onResolve({ filter: new RegExp(`^${MODULE}$`) }, () => ({
      path: MODULE,
      namespace: MODULE,
    }));
    bundler.onLoad({ filter: /.*/, namespace: MODULE }, async () => {
      const codes = languageCodes(folder);
      const english = await read(folder, 'en');
      const errors = [];
      for (const code of codes) {
        for (const text of problemsOf(code, await read(folder, code), english))
          errors.push({ text });
      }
      const entry = (code) => JSON.stringify(`./${code}.ts`);
      return {
        errors,
        resolveDir: folder,
        watchDirs: [folder],
        contents: [
          ...codes.map((code, index) => `import { words as w${index} } from ${entry(code)};`),
          `export const all = { ${codes.map((code, index) => `${JSON.stringify(code)}: w${index}`).join(', ')} };`,
        ].join('\n'),
      };
    });
  },
});
