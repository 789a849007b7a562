import assert from 'node:assert/strict';
import { chmodSync } from 'node:fs';
import { inspectOnce } from '../../main/adapters/key-inspector.ts';
import { type Row, exitCode } from '../../main/diagnosis/rows.ts';
import { keyRows } from '../../main/diagnosis/key-rows.ts';
import type { Bench } from './bench.ts';
import { type Case, usbOf } from './case.ts';
import { type ClientProgram, forkKeyProcess } from './client.ts';

/** The rows of `--diagnose`, as the agent makes them of what its key process has found. */
async function diagnose(program: ClientProgram): Promise<readonly Row[]> {
  const inspection = await inspectOnce(forkKeyProcess(program, ['inspect']).child);
  assert(inspection.ok, JSON.stringify(inspection));
  return keyRows(inspection.value, 'linux');
}

const row = (rows: readonly Row[], id: string) => {
  const found = rows.find((each) => each.id === id);
  assert(found, `no row ${id}: ${JSON.stringify(rows)}`);
  return found;
};

/** nobody */
const OTHER_USER = 65_534;

export const diagnosisCases: readonly Case[] = [
  {
    name: '--diagnose says what the key supports',
    needs: ['usb', 'control'],
    async run(_client, bench: Bench) {
      const { first } = usbOf(bench);
      const rows = await diagnose(bench.program);
      assert.equal(exitCode(rows), 0, JSON.stringify(rows));
      const { value, source } = row(rows, 'key.1.open');
      assert.deepEqual({ value, source }, { value: first.product, source: await first.hidraw() });
      assert.equal(row(rows, 'key.1.pin').value, 'set');
      return rows.map(({ id, value: said }) => `${id}: ${said}`).join(', ');
    },
  },
  {
    name: '--diagnose without permission names the udev rule',
    needs: ['usb'],
    async run(_client, bench) {
      chmodSync(await usbOf(bench).first.hidraw(), 0o600);
      const rows = await diagnose({ ...bench.program, uid: OTHER_USER });
      assert.equal(exitCode(rows), 1);
      assert.match(row(rows, 'key.1.open').value, /no-permission/);
      assert.match(row(rows, 'key.1.open').remedy ?? '', /SUBSYSTEM=="hidraw"/);
    },
  },
  {
    name: '--diagnose without a key says that nothing was looked at',
    needs: ['usb'],
    async run(_client, bench) {
      await usbOf(bench).first.unplug();
      assert.equal(exitCode(await diagnose(bench.program)), 2);
    },
  },
];
