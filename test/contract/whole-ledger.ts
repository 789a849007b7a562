// What the faults at the server have in common: in the end everything is there, once, and the tree is whole.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { FILES } from '../../server/ledger/export-format.ts';
import type { TestJournal } from './server-lab.ts';
import { serverCommand } from './server-process.ts';

export interface WholeLedger {
  /** Of each station every canonical line, in the order of the tree. */
  readonly journals: Readonly<Record<string, readonly string[]>>;
  /** What the server did not find good. */
  readonly verdicts: string;
  /** New origins, which only a restored database has. */
  readonly records: number;
}

/** Exports the ledger of this folder and has the export verified, by the commands that an auditor uses. */
export async function verifiedExport(
  data: string,
  ...where: readonly string[]
): Promise<WholeLedger> {
  const out = await mkdtemp(path.join(tmpdir(), 'wardlock-export-'));
  try {
    const exported = await serverCommand('export', '--data', data, ...where, '--out', out);
    if (exported.code !== 0) throw new Error(exported.stderr);
    const verified = await serverCommand('verify', out);
    if (verified.code !== 0) throw new Error(verified.stdout + verified.stderr);
    const text = await readFile(path.join(out, FILES.events), 'utf8');
    const journals: Record<string, string[]> = {};
    let records = 0;
    for (const line of text.split('\n').filter((one) => one !== '')) {
      const { station } = JSON.parse(line) as { station?: string };
      if (station === undefined) records += 1;
      else (journals[station] ??= []).push(line);
    }
    return { journals, verdicts: await readFile(path.join(out, FILES.verdicts), 'utf8'), records };
  } finally {
    await rm(out, { recursive: true });
  }
}

/** The ledger of a server that has lost nothing of these journals, and has nothing twice. */
export function wholeLedger(journals: readonly TestJournal[]): WholeLedger {
  const decoder = new TextDecoder();
  const lines = journals.map(
    ({ station, entries }) =>
      [station, entries.map(({ canonical }) => decoder.decode(canonical))] as const,
  );
  return { journals: Object.fromEntries(lines), verdicts: '', records: 0 };
}
