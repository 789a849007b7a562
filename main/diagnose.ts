import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { app } from 'electron';
import { inspectOnce } from './adapters/key-inspector.ts';
import { forkKeyProcess } from './adapters/key-process.ts';
import { type Row, asText, exitCode } from './diagnosis/rows.ts';
import { keyRows, noInspection } from './diagnosis/key-rows.ts';

/**
 * `--diagnose [--json FILE]`: says what is wrong with this station, beside the agent that may be running.
 * It opens no window, reads no secret and writes nothing but FILE. Exit codes: see `exitCode`.
 */
export async function diagnose(bundle: string): Promise<void> {
  // The running agent's profile is not ours to open.
  const profile = mkdtempSync(path.join(tmpdir(), 'wardlock-diagnose-'));
  app.setPath('userData', profile);
  const end = (code: number) => {
    rmSync(profile, { recursive: true, force: true });
    app.exit(code);
  };
  try {
    const { json } = parseArgs({
      args: process.argv.slice(1),
      options: { json: { type: 'string' } },
      strict: false,
    }).values;
    if (json === true) throw new Error('--json wants the name of a file');
    await app.whenReady();
    const rows = await inspect(bundle);
    process.stdout.write(asText(rows));
    const code = exitCode(rows);
    if (typeof json === 'string') writeFileSync(json, outcome(rows, code));
    end(code);
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    end(2);
  }
}

async function inspect(bundle: string): Promise<readonly Row[]> {
  const address = __SIMULATED_KEYS__ ? process.env['WARDLOCK_SIMULATED_KEY'] : undefined;
  const env: Record<string, string> =
    address === undefined ? {} : { WARDLOCK_SIMULATED_KEY: address };
  const say = (_code: string, cause?: unknown) => process.stderr.write(`${String(cause)}\n`);
  const child = forkKeyProcess(path.join(bundle, 'key-process.cjs'), ['inspect'], env, say);
  const inspection = await inspectOnce(child);
  return inspection.ok
    ? keyRows(inspection.value, process.platform)
    : [noInspection(inspection.error)];
}

/** The outcome for machines. A bundle does not know the commit that it was made of. */
const outcome = (items: readonly Row[], code: number): string =>
  `${JSON.stringify(
    {
      schema: 1,
      command: 'diagnose',
      commit: null,
      runtime: `Wardlock ${app.getVersion()}, Electron ${process.versions.electron}, ${process.platform} ${process.arch}`,
      ok: code === 0,
      items,
    },
    null,
    2,
  )}\n`;
