// The simulated key, certified by a client that is not ours: Debian's python3-fido2.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { testRoot } from '../simulator/attestation.ts';
import { startUdpKey } from '../support/udp-key.ts';

// Debian's own: another Python in the path does not have Debian's packages.
const python = '/usr/bin/python3';
const script = path.join(import.meta.dirname, 'fido2-client.py');

const scenarios = [
  'registers_and_asserts',
  'shows_what_stands_behind_it',
  'breaks_as_it_is_told',
  'spends_a_token_on_one_touch',
  'sets_and_changes_the_pin',
  'locks_after_wrong_pins',
  'forces_a_change',
  'always_wants_verification',
  'protects_credentials',
  'hands_out_one_after_another',
  'manages_credentials',
  'keeps_hmac_secrets',
  'verifies_fingers',
  'is_selected_and_reset',
];

beforeAll(() => {
  const { status } = spawnSync(python, ['-c', 'import fido2.ctap2'], { stdio: 'ignore' });
  if (status !== 0) {
    throw new Error(
      'python3-fido2 is missing. Install it: sudo apt-get install --no-install-recommends python3-fido2',
    );
  }
});

describe.each([1, 2])(
  'python3-fido2 with PIN protocol %i finds that the simulated key',
  (version) => {
    let key: Awaited<ReturnType<typeof startUdpKey>>;
    beforeEach(async () => {
      key = await startUdpKey();
    });
    afterEach(() => key.stop());

    it.each(scenarios)('%s', async (scenario) => {
      const child = spawn(
        python,
        [script, scenario, `${key.udp}`, `${key.control}`, `${version}`],
        {
          stdio: ['pipe', 'ignore', 'pipe'],
        },
      );
      child.stdin.end(testRoot);
      const [errors, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
      expect({ code: Number(code), errors }).toEqual({ code: 0, errors: '' });
    });
  },
);
