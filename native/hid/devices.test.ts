import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openFailure as failureOf } from './open-failure.ts';
import { UDEV_RULE } from './udev-rule.ts';

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

  it('tells a key without permission from one that is gone, and logs what helps', async () => {
    const file = path.join(folder, 'hidraw0');
    writeFileSync(file, '', { mode: 0o000 });
    const said = await openFailure(file);
    expect(said).toMatch(/^no-permission cannot open device/m);
    expect(said).toContain(`hid:no-permission ${file}`);
    expect(said).toContain(UDEV_RULE);
    expect(await openFailure(path.join(folder, 'hidraw1'))).toMatch(/^removed cannot open device/m);
  });

  it('names the same udev rule as the manual does', async () => {
    const manual = path.resolve(import.meta.dirname, '../../docs/operations.md');
    expect(await readFile(manual, 'utf8')).toContain(UDEV_RULE);
  });

  it.each([
    ['unable to open: Access is denied. (0x00000005)', 'no-permission'],
    ['hid_open_path: failed (0xE00002E2) not permitted', 'no-permission'],
    ['unable to open: sharing violation (0x00000020)', 'busy'],
    ['hid_open_path: (0xE00002C5) exclusive access', 'busy'],
    ['cannot open device', 'removed'],
  ])('reads from the words of other systems: %s', async (text, failure) => {
    const file = path.join(folder, 'hidraw2');
    writeFileSync(file, '');
    expect(await failureOf(file, new Error(text))).toBe(failure);
  });
});
