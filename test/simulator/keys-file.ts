import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { type KeyRecord, type PartialRecord, complete } from './record.ts';

/** The keys of a practice and how they are kept between runs. */
export interface Keys {
  readonly keys: KeyRecord[];
  save(): void;
}

export const keysInMemory = (keys: readonly PartialRecord[]): Keys => ({
  keys: keys.map(complete),
  save: () => undefined,
});

/** A JSON file { keys: [KeyRecord] }; what a key leaves out has its factory value. */
export function openKeysFile(file: string): Keys {
  const content = JSON.parse(readFileSync(file, 'utf8')) as { keys: PartialRecord[] };
  const keys = content.keys.map(complete);
  return {
    keys,
    save() {
      const temporary = `${file}.${process.pid}.tmp`;
      writeFileSync(temporary, JSON.stringify({ ...content, keys }, null, 1), { mode: 0o600 });
      renameSync(temporary, file);
    },
  };
}
