import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { resolveElectron } from '../tools/electron.mjs';
import * as ingest from './ingest.ts';
import * as journal from './journal.ts';
import * as keys from './keys.ts';
import * as load from './load.ts';
import { type Row, printRows } from './row.ts';
import * as station from './station.ts';
import * as verify from './verify.ts';

/** `npm run bench`: every figure beside a baseline of the same run. --json FILE for machines. */
const { values } = parseArgs({ options: { json: { type: 'string' } } });

const rows: Row[] = [];
for (const { rows: measure } of [journal, ingest, load, verify, keys, station])
  rows.push(...(await measure()));

printRows(rows);

if (values.json !== undefined) {
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
  const { version, source } = await resolveElectron(() => undefined);
  const runtime = `Node ${process.versions.node}, Electron ${version} (${source})`;
  const outcome = { schema: 1, command: 'bench', commit, runtime, ok: true, items: rows };
  await writeFile(values.json, `${JSON.stringify(outcome, null, 2)}\n`);
}
