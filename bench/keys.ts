import { nodeCrypto } from '../native/crypto.ts';
import { Ceremony } from '../native/ctap2/ceremony.ts';
import { CtapHid } from '../native/ctap2/ctaphid.ts';
import { readReport } from '../native/ctap2/frames.ts';
import type { PacketPort, Surroundings } from '../native/ctap2/packet-port.ts';
import { simulatedSlot } from '../native/hid/simulated-slot.ts';
import { fromBase64url, utf8 } from '../common/bytes.ts';
import { startSimulator } from '../test/support/simulator.ts';
import { until } from '../test/support/station.ts';
import { type Row, ascending, percentile, rounded } from './row.ts';

/** One login by steps: reports and milliseconds, over UDP to the simulated key, which touches itself. */

const LOGINS = 25;
const nurse = { id: 'nurse', name: 'Nurse', pin: '246813' };
const KEEPALIVE = 0x3b;

const surroundings: Surroundings = {
  random: nodeCrypto.random,
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};

/** Counts reports in both directions, keepalives aside. */
function counted(port: PacketPort) {
  let reports = 0;
  const counting: PacketPort = {
    ...port,
    send(report) {
      reports++;
      port.send(report);
    },
    onReport(listener) {
      port.onReport((report) => {
        const frame = readReport(report);
        if (frame?.kind !== 'init' || frame.command !== KEEPALIVE) reports++;
        listener(report);
      });
    },
  };
  return { port: counting, reports: () => reports };
}

export async function rows(): Promise<readonly Row[]> {
  const simulator = await startSimulator([nurse]);
  const source = simulatedSlot(`udp://127.0.0.1:${simulator.udp}`);
  try {
    await simulator.control.insert(nurse.id);
    await simulator.control.touchAutomatically(true);
    await until('the simulated key', () => source.keys().length > 0);
    source.setQuiet(true);
    const open = async () => counted(await source.open(source.keys()[0]?.id ?? ''));
    const known = simulator.credentials.map(({ id, publicKey }) => ({
      credentialId: fromBase64url(id),
      publicKey: fromBase64url(publicKey),
    }));

    const steps = new Map<string, { ms: number[]; reports: number[] }>();
    const bare: number[] = [];
    for (let i = 0; i < LOGINS; i++) {
      const plain = await open();
      const hid = new CtapHid(plain.port, surroundings, () => undefined);
      await hid.open();
      const began = performance.now();
      await hid.ping(new Uint8Array(57));
      bare.push(performance.now() - began);
      await hid.close();

      const link = await open();
      const context = {
        crypto: nodeCrypto,
        surroundings,
        rpId: 'localhost',
        known,
        mustProve: true,
      };
      const ceremony = new Ceremony({ ...context, port: link.port, onGone: () => undefined });
      const step = async <T extends { readonly ok: boolean }>(
        name: string,
        run: () => Promise<T>,
      ) => {
        const [at, before] = [performance.now(), link.reports()];
        const result = await run();
        if (!result.ok) throw new Error(`${name}: ${JSON.stringify(result)}`);
        const samples = steps.get(name) ?? { ms: [], reports: [] };
        steps.set(name, samples);
        samples.ms.push(performance.now() - at);
        samples.reports.push(link.reports() - before);
      };
      await step('before the PIN: channel and getInfo', () => ceremony.identify());
      await step('before the PIN: proof, tries, key agreement', () => ceremony.prepare());
      await step('after the PIN: token and assertion', () =>
        ceremony.present(utf8(nurse.pin), nodeCrypto.random(32), () => undefined),
      );
      await ceremony.close();
    }

    const base = percentile(ascending(bare), 0.5);
    const row = (
      name: string,
      unit: string,
      samples: readonly number[],
      baseline: number | null,
    ) => {
      const sorted = ascending(samples);
      const p50 = percentile(sorted, 0.5);
      return {
        name,
        unit,
        p50: rounded(p50),
        p95: rounded(percentile(sorted, 0.95)),
        baseline: baseline === null ? null : rounded(baseline),
        ratio: baseline === null ? null : rounded(p50 / baseline),
        n: samples.length,
      };
    };
    return [...steps].flatMap(([name, { ms, reports }]) => [
      row(`key, ${name} (baseline: one report echoed)`, 'ms', ms, base),
      row(`key, ${name}`, 'reports', reports, null),
    ]);
  } finally {
    source.close();
    await simulator.stop();
  }
}
