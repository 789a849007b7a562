/** Made by the build from the files in `words`: see tools/words.mjs. */
declare module 'wardlock:words' {
  import type { Words } from './words/en.ts';

  const all: Readonly<Record<string, Words>>;
  export { all };
}
