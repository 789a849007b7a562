import { spawn } from 'node:child_process';
import { createHash, createSecretKey, randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { GENESIS, accessEvent } from '../../common/event.ts';
import { journalSetting, opened, temporaryFolder } from '../support/journal.ts';
import { randomFrom } from '../support/random.ts';

const KILLS = 20;
const child = path.join(import.meta.dirname, '../support/journal-child.ts');

/** Lets the child append for so long, kills it, and returns what it was told was written. */
async function killedAfter(ms: number, args: readonly string[]): Promise<Map<number, string>> {
  const process_ = spawn(process.execPath, ['--no-warnings', child, ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const told = new Map<number, string>();
  const lines = createInterface({ input: process_.stdout });
  const ready = once(lines, 'line');
  const closed = once(lines, 'close');
  lines.on('line', (line) => {
    const [seq, hash] = line.split(' ');
    // The kill may cut the last line: what is not whole was not told.
    if (hash?.length === 64) told.set(Number(seq), hash);
  });
  const exited = once(process_, 'exit');
  await ready;
  await delay(ms);
  process_.kill('SIGKILL');
  expect(await exited).toEqual([null, 'SIGKILL']);
  await closed;
  return told;
}

test(`killed at ${KILLS} points, the journal is whole and holds each event that it took, once`, async () => {
  const seed = Number(process.env['WARDLOCK_SEED'] ?? randomInt(2 ** 31));
  process.stdout.write(`journal kill test: seed ${seed} (WARDLOCK_SEED)\n`);
  const random = randomFrom(seed);
  const place = temporaryFolder();
  const key = randomBytes(32);
  const setting = journalSetting(place.folder, createSecretKey(key));
  const told = new Map<number, string>();
  try {
    // A slow disk tells of few events before each end.
    for (let kill = 1; kill <= KILLS || told.size <= KILLS; kill++) {
      const ms = random() * 120;
      const news = await killedAfter(ms, [setting.file, key.toString('hex'), setting.station]);
      for (const [seq, hash] of news) {
        expect(told.has(seq), `event ${seq} was told twice`).toBe(false);
        told.set(seq, hash);
      }
      const { journal, recovered } = opened(setting);
      expect(recovered, `after kill ${kill}`).toBeUndefined();
      const entries = journal.unsent(Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
      const last = journal.place();
      // Every session of the child ended in the transaction that opened it.
      expect(journal.unended()).toEqual([]);
      journal.close();

      let prev = GENESIS;
      const correlations = new Set<string | undefined>();
      entries.forEach(({ canonical, hash }, index) => {
        const event = accessEvent.parse(JSON.parse(Buffer.from(canonical).toString('utf8')));
        expect(event.seq).toBe(index + 1);
        expect(event.prev).toBe(prev);
        const leaf = createHash('sha256').update(Uint8Array.of(0)).update(canonical).digest('hex');
        expect(hash).toBe(leaf);
        correlations.add(event.correlation);
        prev = leaf;
      });
      expect(last).toMatchObject({ seq: entries.length, head: prev });
      expect(correlations.size, 'an event is there twice').toBe(entries.length);
      for (const [seq, hash] of told)
        expect(entries[seq - 1]?.hash, `event ${seq} is lost`).toBe(hash);
    }
    // It has to have had something to lose.
    expect(told.size).toBeGreaterThan(KILLS);
  } finally {
    place.remove();
  }
}, 240_000);
