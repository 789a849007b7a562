import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { type Result, err, ok } from '../../common/result.ts';
import { list, optional, path } from '../config/field.ts';
import { type TrustedNote, isGood, verifyExport } from '../ledger/verify/verify-export.ts';
import { describeReport } from '../ledger/verify/describe.ts';
import { program } from './program.ts';

/** Checks an export without a server. Exit code 0: it holds; 1: it does not; 2: there is nothing to check. */
export const verify = program({
  name: 'verify',
  about: 'Checks an export offline: every chain, every access, the tree and trusted checkpoints.',
  settings: [],
  options: {
    export: path('a folder that wardlock-server export made'),
    checkpoint: optional(
      list(z.string().min(1).max(4096), 'checkpoint files that somebody outside the server kept'),
    ),
  },
  positional: 'export',
  async run({ export: folder, checkpoint: files = [] }) {
    const notes = readNotes(files);
    if (!notes.ok) return notes;
    const report = await verifyExport(folder, notes.value);
    if (!report.ok) return report;
    process.stdout.write(`${describeReport(report.value)}\n`);
    if (!isGood(report.value)) process.exitCode = 1;
    return ok(undefined);
  },
});

function readNotes(files: readonly string[]): Result<readonly TrustedNote[], string> {
  const notes: TrustedNote[] = [];
  for (const name of files) {
    try {
      notes.push({ name, note: readFileSync(name, 'utf8') });
    } catch (error) {
      return err(`--checkpoint is "${name}", which cannot be read: ${String(error)}`);
    }
  }
  return ok(notes);
}
