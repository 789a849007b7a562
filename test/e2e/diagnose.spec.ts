import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from '@playwright/test';
import { startDisplay } from '../../tools/display.mjs';
import { resolveElectron, sandboxArguments } from '../../tools/electron.mjs';
import { connectControl } from '../support/simulator.ts';
import { startUdpKey } from '../support/udp-key.ts';

const root = path.resolve(import.meta.dirname, '../..');

test('--diagnose says what is wrong with a key, and a production build sees no simulated one', async () => {
  const { executable } = await resolveElectron(() => undefined);
  const display = await startDisplay();
  const key = await startUdpKey();
  const control = await connectControl(key.control);
  const folder = mkdtempSync(path.join(tmpdir(), 'wardlock-diagnose-test-'));
  const json = path.join(folder, 'rows.json');

  const diagnose = async (bundle: string, args: readonly string[]) => {
    const child = spawn(
      executable,
      [path.join(root, 'out', bundle), ...sandboxArguments(), '--diagnose', ...args],
      {
        env: {
          ...process.env,
          DISPLAY: display.name,
          WARDLOCK_SIMULATED_KEY: `udp://127.0.0.1:${key.udp}`,
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
    const [said, told, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit'),
    ]);
    return { code: Number(code), said, told };
  };

  try {
    const unset = await diagnose('agent-dev', ['--json', json]);
    expect(unset.code).toBe(1);
    expect(unset.said).toMatch(/^failed +key\.1\.pin +none set \(getInfo\)\n +-> Set a PIN/m);
    const outcome = JSON.parse(readFileSync(json, 'utf8')) as { readonly items: object[] };
    expect(outcome).toMatchObject({ schema: 1, command: 'diagnose', commit: null, ok: false });
    expect(outcome.items).toContainEqual({
      id: 'key.1.pin',
      status: 'failed',
      value: 'none set',
      source: 'getInfo',
      remedy: 'Set a PIN on it together with its owner.',
    });

    await control.ask({ cmd: 'set-key', pin: '246813' });
    const sound = await diagnose('agent-dev', []);
    expect(sound.code).toBe(0);
    expect(sound.said).toMatch(/^ok +key\.1\.tries +8 left \(getPINRetries\)$/m);
    expect(sound.said).not.toMatch(/^(failed|not run)/m);

    const production = await diagnose('agent', []);
    expect(production.said).not.toContain('Simulated');
    expect((await diagnose('agent-dev', ['--json'])).code).toBe(2);
  } finally {
    control.close();
    await key.stop();
    await display.stop();
    rmSync(folder, { recursive: true, force: true });
  }
});
