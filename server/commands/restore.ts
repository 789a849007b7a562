import { existsSync, mkdirSync } from 'node:fs';
import nodePath from 'node:path';
import { type Result, err, ok } from '../../common/result.ts';
import { loadBackup } from '../backup/load.ts';
import { type Contents, checkBackup } from '../backup/read.ts';
import { path } from '../config/field.ts';
import { KEY_FILES, SIGNING_KEY, keepSecret, loadKeys } from '../keys.ts';
import { CHECKPOINT_FILE } from '../ledger/checkpoint-file.ts';
import { openingFailure } from '../store/failure.ts';
import { openDatabase } from '../store/store.ts';
import { program } from './program.ts';

export const restore = program({
  name: 'restore',
  about: 'Loads a backup into an empty database.',
  settings: ['data', 'database'],
  options: { file: path('a file that backup has written') },
  positional: 'file',
  async run({ data, database, file }) {
    const contents = await checkBackup(file);
    if (!contents.ok) return contents;
    const keys = await checkKeys(data, file, contents.value);
    if (!keys.ok) return keys;
    mkdirSync(data, { recursive: true, mode: 0o700 });
    const { db, dialect } = openDatabase({ data, database });
    try {
      const loaded = await loadBackup(db, dialect, file, contents.value);
      if (!loaded.ok) return loaded;
    } catch (error) {
      throw openingFailure(error, database);
    } finally {
      await db.destroy();
    }
    for (const [name, content] of keys.value) keepSecret(data, name, content);
    const { header, trailer } = contents.value;
    return ok(
      `${trailer.rows} rows as they were at ${header.at}.\n` +
        checkpointAdvice(data) +
        `Settings are not part of a backup: see ${nodePath.join(data, 'wardlock-server.json')}.`,
    );
  },
});

/** Without it the ledger cannot know that the database is an earlier one (docs/operations.md). */
const checkpointAdvice = (data: string): string =>
  existsSync(nodePath.join(data, CHECKPOINT_FILE))
    ? ''
    : `Before the first start: copy ${CHECKPOINT_FILE} from the old server’s folder to ${data}, if it can still be read.\n`;

/** The keys to put there. Stations trust the server by its key: a database without it is of no use to them. */
async function checkKeys(
  data: string,
  file: string,
  { header, keys }: Contents,
): Promise<Result<ReadonlyMap<string, string>, string>> {
  if (existsSync(nodePath.join(data, SIGNING_KEY))) {
    const { thumbprint } = await loadKeys(data);
    if (thumbprint === header.server) return ok(new Map());
    return err(
      `${data} has the keys of another server than ${file} is from. Nothing was restored.`,
    );
  }
  if (KEY_FILES.every((name) => keys.has(name))) {
    return ok(new Map([...keys].filter(([name]) => KEY_FILES.includes(name))));
  }
  return err(
    `${file} was made without the keys of its server, and ${data} has none: copy ${KEY_FILES.join(', ')} there first.`,
  );
}
