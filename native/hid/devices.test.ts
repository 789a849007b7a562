import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const module = pathToFileURL(path.join(import.meta.dirname, 'devices.ts')).href;

/** Tries to open `file` as a key in a process of its own, without root's rights. Prints how that failed. */
async function openFailure(file: string): Promise<string> {
  const script = `
    const { hidKeys } = await import(${JSON.stringify(module)});
    const source = hidKeys((code, cause) => console.log(code, cause));
    if (process.getuid?.() === 0) process.seteuid(65534);
    await source.open(${JSON.stringify(file)}).catch((error) => console.log(error.failure, error.cause.message));
    source.close();
  `;
  const run = promisify(execFile);
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', script]);
  return stdout;
}

describe('the keys of this computer, through the real node-hid', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'wardlock-hid-'));
    chmodSync(folder, 0o755);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('tells a key without permission from one that is gone', async () => {
    const file = path.join(folder, 'hidraw0');
    writeFileSync(file, '', { mode: 0o000 });
    expect(await openFailure(file)).toMatch(/^no-permission cannot open device/);
    expect(await openFailure(path.join(folder, 'hidraw1'))).toMatch(/^removed cannot open device/);
  });
});
