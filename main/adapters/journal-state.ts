import type { StationState } from '../ports/station-state.ts';
import { type JournalDatabase, metaOf } from './journal-schema.ts';

/** Station marks beside the journal, in the same file. Each raise is on disk when it returns. */
export function stationState(db: JournalDatabase): StationState {
  const mark = db.prepare<[string], { value: number }>('SELECT value FROM mark WHERE name = ?');
  const raiseMark = db.prepare<[string, number]>(
    `INSERT INTO mark VALUES (?, ?)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE excluded.value > value`,
  );
  const counter = db.prepare<[string], { value: number }>(
    'SELECT value FROM counter WHERE credential = ?',
  );
  const raiseCounter = db.prepare<[string, number]>(
    `INSERT INTO counter VALUES (?, ?)
     ON CONFLICT (credential) DO UPDATE SET value = excluded.value WHERE excluded.value > value`,
  );
  const checkpoint = db.prepare<[string]>("INSERT OR REPLACE INTO meta VALUES ('checkpoint', ?)");
  return {
    counter: (credential) => counter.get(credential)?.value ?? 0,
    raiseCounter: (credential, seen) => void raiseCounter.run(credential, seen),
    directoryVersion: () => mark.get('directory-version')?.value ?? 0,
    raiseDirectoryVersion: (version) => void raiseMark.run('directory-version', version),
    latestTime: () => mark.get('latest-time')?.value ?? 0,
    raiseLatestTime: (ms) => void raiseMark.run('latest-time', Math.floor(ms)),
    directoryConfirmed: () => mark.get('directory-confirmed')?.value ?? 0,
    raiseDirectoryConfirmed: (ms) => void raiseMark.run('directory-confirmed', Math.floor(ms)),
    commandNumber: () => mark.get('command-number')?.value ?? 0,
    raiseCommandNumber: (number) => void raiseMark.run('command-number', number),
    checkpoint: () => metaOf(db, 'checkpoint'),
    keepCheckpoint: (note) => void checkpoint.run(note),
  };
}
