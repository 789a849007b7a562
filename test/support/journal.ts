import { type KeyObject, createSecretKey, randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { EventDraft } from '../../common/event.ts';
import {
  type JournalOptions,
  type OpenedJournal,
  openJournal,
} from '../../main/adapters/journal-open.ts';

/** A folder of its own, removed by `remove`. */
export function temporaryFolder(): { readonly folder: string; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'wardlock-test-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export interface JournalSetting extends JournalOptions {
  readonly reports: string[];
}

/** Options of a journal in this folder; the same station, key and epoch ids each time they are used. */
export function journalSetting(
  folder: string,
  key: KeyObject = createSecretKey(randomBytes(32)),
): JournalSetting {
  let wall = Date.UTC(2026, 0, 5, 8);
  const reports: string[] = [];
  return {
    file: path.join(folder, 'journal.db'),
    expected: false,
    station: randomUUID(),
    boot: randomUUID(),
    key,
    wall: () => (wall += 1000),
    mono: () => 1234.5,
    directoryVersion: () => 3,
    uuid: randomUUID,
    report: (code) => void reports.push(code),
    reports,
  };
}

export function opened(options: JournalOptions): OpenedJournal {
  const result = openJournal(options);
  if (!result.ok) throw new Error(result.error.code, { cause: result.error.cause });
  return result.value;
}

export const locked = (): EventDraft => ({
  type: 'session.locked',
  outcome: 'success',
  member: randomUUID(),
  session: randomUUID(),
  detail: { cause: 'idle' },
});
