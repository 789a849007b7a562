import { generateKeyPairSync } from 'node:crypto';
import { expect, test, vi } from 'vitest';
import { openPairing } from '../../main/adapters/pairing.ts';
import { createTransport } from '../../main/adapters/transport.ts';
import { pairingDesk } from '../../main/app/pairing-desk.ts';
import type { PairingProblem } from '../../preload/contract.ts';
import { temporaryFolder } from '../support/journal.ts';
import { manualClock } from '../support/manual-clock.ts';
import { cleanups } from './paired-agent.ts';
import { openLab } from './server-lab.ts';

vi.setConfig({ testTimeout: 60_000 });

const newTransport = (serverUrl: string) =>
  createTransport({
    serverUrl,
    stationKey: generateKeyPairSync('ed25519').privateKey,
    station: () => undefined,
  });

/** A server on a socket. */
async function listening() {
  const lab = await openLab();
  cleanups.push(() => lab.close());
  return { lab, origin: await lab.app.listen({ port: 0, host: '127.0.0.1' }) };
}

/** A station that is not paired yet, in front of that server. */
async function newStation(origin: string, configured?: string) {
  const { folder, remove } = temporaryFolder();
  cleanups.push(remove);
  const pairing = await openPairing(folder);
  const { clock, pass } = manualClock();
  const shown: { isAsking: boolean; problem: PairingProblem | undefined }[] = [];
  const refused: unknown[] = [];
  const network = { origin };
  const transport = newTransport(origin);
  const desk = pairingDesk(
    {
      pair: (code) =>
        // Nothing listens on port 9 here.
        pairing.pair(
          network.origin === origin ? transport : newTransport(network.origin),
          code,
          'Bay 4',
          1,
        ),
      clock,
      changed: (isAsking, problem) => shown.push({ isAsking, problem }),
      report: (_code, cause) => refused.push(cause),
    },
    configured,
  );
  return {
    ...{ folder, pairing, desk, pass, network, shown, refused },
    stopsAt: (problem: PairingProblem) =>
      vi.waitFor(() => expect(shown.at(-1)).toEqual({ isAsking: false, problem }), 20_000),
  };
}

test('each code that does not pair says why, is not tried again, and makes way for the next', async () => {
  const { lab, origin } = await listening();
  const expired = await lab.pairingCode(1, 1);
  lab.clock.ms += 2 * 3_600_000;
  const used = await lab.pairingCode();
  expect((await newTransport(origin).pair(used, 'Bay 5')).ok).toBe(true);
  const good = await lab.pairingCode();
  const [secret = '', fingerprint = ''] = good.split('.');

  const station = await newStation(origin);
  expect(station.shown).toEqual([{ isAsking: false, problem: undefined }]);
  const wrong: readonly (readonly [code: string, problem: PairingProblem])[] = [
    ['not a code', 'pairing-code-malformed'],
    [`${'A'.repeat(16)}.${fingerprint}`, 'pairing-code-unknown'],
    [expired, 'pairing-code-expired'],
    [used, 'pairing-code-used'],
  ];
  for (const [code, problem] of wrong) {
    station.desk.submit(code);
    expect(station.shown.at(-1)?.isAsking).toBe(true);
    await station.stopsAt(problem);
    const before = station.shown.length;
    station.pass(3_600_000);
    expect(station.shown.length).toBe(before);
  }
  // The secret is right, but another server's: it took the code, and is not believed.
  station.desk.submit(`${secret}.${'A'.repeat(16)}`);
  await station.stopsAt('server-key-mismatch');
  expect(station.pairing.current()).toBeUndefined();

  station.desk.submit(await lab.pairingCode());
  const identity = await station.desk.paired;
  // The next start knows it.
  expect((await openPairing(station.folder)).current()).toEqual(identity);
});

test('a code that could not be tried is tried again by itself', async () => {
  const { lab, origin } = await listening();
  const code = await lab.pairingCode();
  const station = await newStation(origin);
  station.network.origin = 'http://127.0.0.1:9';
  station.desk.submit(code);
  await station.stopsAt('unreachable');
  station.network.origin = origin;
  station.pass(4_999);
  expect(station.shown.at(-1)?.isAsking).toBe(false);
  station.pass(1);
  expect((await station.desk.paired).group).toBe('ICU North');
});

test('what is tried again by itself leaves the screen as it is, and a typed code takes its place', async () => {
  const { lab, origin } = await listening();
  // Nobody answers there.
  const station = await newStation('http://127.0.0.1:9', await lab.pairingCode());
  await station.stopsAt('unreachable');
  const before = station.shown.length;
  station.pass(5_000);
  await vi.waitFor(() => expect(station.refused).toHaveLength(2), 20_000);
  expect(station.shown.slice(before).map(({ isAsking }) => isAsking)).toEqual([false]);
  // Typed while the other is tried once more: one at a time, and this one next.
  station.pass(5_000);
  station.network.origin = origin;
  station.desk.submit('not a code');
  expect(station.shown.at(-1)).toEqual({ isAsking: true, problem: undefined });
  await station.stopsAt('pairing-code-malformed');
  expect(station.refused).toEqual([...Array(3).fill('unreachable'), 'pairing-code-malformed']);
});

test('the code of the configuration needs nobody; while it is asked for, no other is', async () => {
  const { lab, origin } = await listening();
  const station = await newStation(origin, await lab.pairingCode());
  const second = await lab.pairingCode();
  station.desk.submit(second);
  await station.desk.paired;
  // The second code is still good for another station.
  expect((await newTransport(origin).pair(second, 'Bay 5')).ok).toBe(true);
});
