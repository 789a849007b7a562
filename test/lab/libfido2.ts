import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { until } from '../support/station.ts';
import { access, open } from './access.ts';
import type { Bench } from './bench.ts';
import { type Case, handOf, usbOf } from './case.ts';
import { fido2 } from './libfido2-tools.ts';

/** Another client than ours at the same device. */
export const libfido2Cases: readonly Case[] = [
  {
    name: 'libfido2 lists the key, and reads of it what the product reads',
    needs: ['usb'],
    async run(client, bench) {
      const { first } = usbOf(bench);
      const device = await first.hidraw();
      const list = await fido2('token', ['-L']);
      assert.match(
        list,
        new RegExp(
          `^${device}: vendor=0x1209, product=0x0001 \\(Wardlock ${first.product}\\)`,
          'm',
        ),
      );
      const info = await fido2('token', ['-I', device]);
      const { attempt, ready } = await open(client, bench);
      client.send({ kind: 'cancel', attempt });
      assert.match(info, new RegExp(`^pin retries: ${ready.pinRetries}\\s*$`, 'm'));
      assert.match(info, /^version strings: .*FIDO_2_/m);
      assert.match(info, /^options: .*\bclientPin\b/m);
    },
  },
  {
    name: 'libfido2 asserts with PIN and touch, and verifies what the key signed',
    needs: ['usb'],
    async run(_client, bench) {
      const assertion = assertWithLibfido2(bench);
      await handTouches(bench);
      const { folder, file } = await assertion;
      const pem = path.join(folder, 'key.pem');
      writeFileSync(pem, bench.identity.publicKey.export({ type: 'spki', format: 'pem' }));
      await fido2('assert', ['-V', '-p', '-v', '-i', file, pem, 'es256']);
    },
  },
  {
    name: 'a key that another program holds is busy, and free after that',
    needs: ['usb', 'control'],
    async run(client, bench) {
      const other = assertWithLibfido2(bench);
      await until(
        'the key to wait for a touch',
        async () => (await handOf(bench).state()).waitingForTouch,
        60,
      );
      client.send({
        kind: 'begin',
        attempt: bench.nextAttempt(),
        rpId: bench.identity.rpId,
        known: [],
      });
      assert.equal((await client.next('refused')).code, 'busy');
      await handTouches(bench);
      await other;
      return access(client, bench);
    },
  },
];

async function handTouches(bench: Bench): Promise<void> {
  const hand = usbOf(bench).first.control;
  if (hand) await until('the key to be touched', () => hand.touch(), 60);
}

/** fido2-assert with the credential on the key; the result's file is what `fido2-assert -V` reads. */
async function assertWithLibfido2(bench: Bench) {
  const folder = mkdtempSync(path.join(tmpdir(), 'lab-assert-'));
  const request = path.join(folder, 'request');
  const result = path.join(folder, 'result');
  const { rpId, pin } = bench.identity;
  writeFileSync(request, `${randomBytes(32).toString('base64')}\n${rpId}\n`);
  const device = await usbOf(bench).first.hidraw();
  await fido2(
    'assert',
    ['-G', '-r', '-p', '-v', '-i', request, '-o', result, device],
    [{ prompt: /PIN/, answer: pin }],
  );
  const file = path.join(folder, 'assertion');
  // With -r a fifth line follows: the user's handle.
  writeFileSync(file, `${readFileSync(result, 'utf8').split('\n').slice(0, 4).join('\n')}\n`);
  return { folder, file };
}
