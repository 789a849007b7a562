import { existsSync } from 'node:fs';
import nodePath from 'node:path';
import { err, ok } from '../../common/result.ts';
import { openSnapshot } from '../backup/snapshot.ts';
import { writeBackup } from '../backup/write.ts';
import { flag, path } from '../config/field.ts';
import { loadKeys } from '../keys.ts';
import { DATABASE_FILE } from '../store/store.ts';
import { program } from './program.ts';
import { noServerIn } from './with-server.ts';

export const backup = program({
  name: 'backup',
  about: 'Writes everything in the database to one file, while the server goes on.',
  settings: ['data', 'database'],
  options: { out: path('a file that is not there yet'), withKeys: flag },
  positional: 'out',
  async run({ data, database, out, withKeys }) {
    const nothing = noServerIn(data);
    if (nothing !== undefined) return err(nothing);
    if (existsSync(out)) {
      return err(`--out is "${out}", which is there already; allowed is a new file.`);
    }
    if (database === undefined && !existsSync(nodePath.join(data, DATABASE_FILE))) {
      return err(`${data} has no ${DATABASE_FILE}, and the setting database names no other.`);
    }
    const { thumbprint: server } = await loadKeys(data);
    const snapshot = await openSnapshot({ data, database });
    try {
      const { rows, sha256 } = await writeBackup(out, snapshot, {
        at: new Date().toISOString(),
        server,
        keysOf: withKeys ? data : undefined,
      });
      return ok(
        `${out}: ${rows} rows, SHA-256 of the content ${sha256}\n` +
          (withKeys
            ? 'The keys of the server are in it: whoever has this file can act as this server.'
            : 'The keys of the server are not in it: keep copies of them, or add --with-keys.'),
      );
    } finally {
      await snapshot.close();
    }
  },
});
