import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type Result, err, ok } from '../../common/result.ts';
import { text, textLike } from '../config/field.ts';
import { CONFIG_FILE } from '../config/settings.ts';
import { loadKeys } from '../keys.ts';
import { HOST_NAME, type Practice, describeIssues, practiceFile } from '../practice.ts';
import { seed } from '../seed.ts';
import { type StorePlace, openStore } from '../store/store.ts';
import { program } from './program.ts';

/** Makes a data folder with keys, settings and a practice that has no staff yet. */
export const init = program({
  name: 'init',
  about: 'Makes a data folder: keys, settings and a first practice.',
  settings: ['data', 'database'],
  options: {
    practice: text('the name of the practice, as shown', 120),
    rpId: textLike(
      HOST_NAME,
      'a host name of the practice in lower case, such as keys.clinic.example, permanent once keys are enrolled',
    ),
    group: { ...text('the name of the first station group', 60), otherwise: 'Stations' },
  },
  async run({ data, database, practice: name, rpId, group }) {
    const practice = practiceFile.safeParse({
      practice: name,
      rpId,
      groups: [{ name: group, policy: {}, apps: [] }],
      members: [],
      credentials: [],
    });
    if (!practice.success) return err(describeIssues(practice.error.issues));
    const was = stateOf(data);
    if (was === 'used') {
      return err(`--data is "${data}", which is not empty; allowed is an empty or a new folder.`);
    }
    try {
      const made = await make({ data, database }, practice.data);
      if (!made.ok) remove(data, was);
      return made;
    } catch (error) {
      // What is left half-made would only be in the way of the next try.
      remove(data, was);
      throw error;
    }
  },
});

async function make(place: StorePlace, practice: Practice): Promise<Result<string, string>> {
  const { data } = place;
  mkdirSync(data, { recursive: true, mode: 0o700 });
  const keys = await loadKeys(data);
  const store = await openStore(place);
  try {
    const seeded = await seed(store, keys, practice, Date.now());
    if (!seeded.ok) {
      return err(
        `The database already holds the practice "${seeded.error.seededWith}"; allowed is an empty one.`,
      );
    }
  } finally {
    await store.close();
  }
  const template = { port: 8787 };
  writeFileSync(path.join(data, CONFIG_FILE), `${JSON.stringify(template, undefined, 2)}\n`, {
    flag: 'wx',
    mode: 0o600,
  });
  const [group] = practice.groups;
  return ok(
    [
      `${data} is the server of "${practice.practice}", RP ID ${practice.rpId}.`,
      `Keep a copy of its keys (signing-key.pem, nonce-key, console-token) where only you can read it.`,
      ``,
      `Next:`,
      `  settings     ${path.join(data, CONFIG_FILE)}`,
      `  run it       wardlock-server serve --data ${quoted(data)}`,
      `  add stations wardlock-server pairing-code --data ${quoted(data)} --group ${quoted(group?.name ?? '')}`,
    ].join('\n'),
  );
}

const stateOf = (folder: string): 'absent' | 'empty' | 'used' => {
  if (!existsSync(folder)) return 'absent';
  return readdirSync(folder).length === 0 ? 'empty' : 'used';
};

function remove(data: string, was: 'absent' | 'empty'): void {
  if (was === 'absent') return rmSync(data, { recursive: true, force: true });
  for (const name of readdirSync(data)) rmSync(path.join(data, name), { recursive: true });
}

/** As a shell takes it. */
const quoted = (word: string): string =>
  /^[\w./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
