import { readFile } from 'node:fs/promises';
import { err, ok } from '../../common/result.ts';
import { path } from '../config/field.ts';
import { loadKeys } from '../keys.ts';
import { describeIssues, practiceFile } from '../practice.ts';
import { seed } from '../seed.ts';
import { openStore } from '../store/store.ts';
import { program } from './program.ts';

/** Loads practice.json. */
export const seedPractice = program({
  name: 'seed',
  about: 'Loads a whole practice from a file into a server that has none.',
  settings: ['data', 'database'],
  options: { file: path('a practice.json file') },
  async run({ data, database, file }) {
    let value: unknown;
    try {
      value = JSON.parse(await readFile(file, 'utf8'));
    } catch (error) {
      return err(`--file is "${file}", which cannot be read as JSON: ${String(error)}`);
    }
    const practice = practiceFile.safeParse(value);
    if (!practice.success) {
      return err(`${file} is not a practice:\n${describeIssues(practice.error.issues)}`);
    }
    const keys = await loadKeys(data);
    const store = await openStore({ data, database });
    try {
      const outcome = await seed(store, keys, practice.data, Date.now());
      if (!outcome.ok) {
        return err(
          `${data} already holds the practice "${outcome.error.seededWith}" with other content; ` +
            `seed an empty folder instead, nothing was changed.`,
        );
      }
      return ok(`${practice.data.practice}: ${outcome.value}`);
    } finally {
      await store.close();
    }
  },
});
