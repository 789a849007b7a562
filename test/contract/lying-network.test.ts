import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { locked } from '../support/journal.ts';
import { lyingNetwork } from '../support/lying-network.ts';
import { randomFrom } from '../support/random.ts';
import { cleanups, pairedAgent } from './paired-agent.ts';
import { verifiedExport } from './whole-ledger.ts';
import { witnessOf } from './witness-of.ts';

vi.setConfig({ testTimeout: 300_000 });

/** Enough for every trick to come ten times. */
const REQUESTS = 160;
const slow = { timeout: 200_000, interval: 20 };

test('over a network that lies, repeats and cuts: every event is there once, proven, and nothing is forgotten before', async () => {
  const seed = Number(process.env['WARDLOCK_SEED'] ?? randomInt(2 ** 31));
  process.stdout.write(`lying network: seed ${seed} (WARDLOCK_SEED)\n`);
  const random = randomFrom(seed);
  let network: Awaited<ReturnType<typeof lyingNetwork>> | undefined;
  const agent = await pairedAgent(async (origin) => {
    network = await lyingNetwork(origin, random);
    cleanups.push(() => network?.close());
    return network.url;
  });
  const { journal, uploader, paired, lab } = agent;
  const { faults } = witnessOf(agent);
  const requests = () => [...(network?.done.values() ?? [])].reduce((sum, one) => sum + one, 0);
  while (requests() < REQUESTS) {
    agent.append(...Array.from({ length: 1 + Math.floor(random() * 3) }, locked));
    await delay(random() * 40);
    // Whatever the network acknowledges: nothing goes that the server has not signed for.
    journal.prune(Infinity, 10);
    expect(journal.oldest()).toBeLessThanOrEqual(journal.proven() + 1);
  }
  network?.repent();
  agent.append(locked());
  await vi.waitFor(() => {
    uploader.kick();
    expect([journal.waiting(), journal.proven()]).toEqual([0, journal.place().seq]);
  }, slow);
  expect(faults.at(-1)).toBeUndefined();
  // What it can do is to withhold receipts.
  expect(faults.filter((fault) => fault !== undefined && fault !== 'no-receipt')).toEqual([]);
  expect(uploader.state()).toEqual({ kind: 'idle' });
  const { done } = network ?? { done: new Map<string, number>() };
  process.stdout.write(`lying network: ${JSON.stringify(Object.fromEntries(done))}\n`);
  expect(Math.min(...done.values())).toBeGreaterThanOrEqual(8);

  uploader.close();
  const { journals, verdicts } = await verifiedExport(lab.data);
  const bySeq = (journals[paired.station] ?? [])
    .map((line) => ({ line, seq: (JSON.parse(line) as { seq: number }).seq }))
    .toSorted((one, other) => one.seq - other.seq);
  const last = journal.place().seq;
  expect(bySeq.map(({ seq }) => seq)).toEqual(Array.from({ length: last }, (_, n) => n + 1));
  expect(verdicts).toBe('');
  // What the station still has is what is there, to the byte.
  journal.rewind(journal.oldest() - 1);
  const kept = journal
    .unsent(10_000, 1e9)
    .map(({ canonical }) => Buffer.from(canonical).toString());
  expect(kept).toEqual(bySeq.slice(-kept.length).map(({ line }) => line));
});
