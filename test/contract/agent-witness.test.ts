import { randomUUID } from 'node:crypto';
import { copyFileSync, cpSync, mkdtempSync } from 'node:fs';
import path from 'node:path';
import { sql } from 'kysely';
import { expect, test, vi } from 'vitest';
import { toBase64 } from '../../common/bytes.ts';
import type { Checkpoint } from '../../common/checkpoint.ts';
import type { EventDraft } from '../../common/event.ts';
import { createUploader } from '../../main/app/uploader.ts';
import { CHECKPOINT_FILE } from '../../server/ledger/checkpoint-file.ts';
import { openRaw } from '../support/database.ts';
import { locked, opened as openedJournal } from '../support/journal.ts';
import { opened, published } from '../support/ledger.ts';
import { cleanups, fastClock, pairedAgent } from './paired-agent.ts';
import { TestJournal, sendOverHttp } from './server-lab.ts';
import { serverCommand, startServer } from './server-process.ts';
import { type Agent, witnessOf } from './witness-of.ts';

// Real parts on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

const slow = { timeout: 90_000, interval: 20 };

const allProven = ({ journal }: Agent) =>
  vi.waitFor(() => expect(journal.proven()).toBe(journal.place().seq), slow);

test('everything that is uploaded is proven in the end; what is old is pruned only then', async () => {
  const agent = await pairedAgent();
  agent.append(...Array.from({ length: 1_234 }, locked));
  expect(agent.journal.prune(Infinity, 5)).toBe(0);
  const { faults, notes } = witnessOf(agent, { keepDays: 0 });
  await allProven(agent);
  expect(notes.map(({ type }) => type)).toEqual(['ledger.witnessed']);
  expect(faults).toEqual([]);
  // All but the newest: it is what the next one follows.
  await vi.waitFor(() => expect(agent.journal.oldest()).toBe(1_235), slow);
  expect((await agent.stored()).length).toBe(1_235);
  expect(agent.reports).toEqual([]);
});

/** A server process with the same keys, on a copy of the database as it is now. */
async function serverOnCopy({ lab, place }: Agent) {
  const data = mkdtempSync(path.join(place.folder, 'copy-'));
  cpSync(lab.data, data, { recursive: true, filter: (file) => !file.includes('wardlock.db') });
  const raw = openRaw(lab);
  await sql`vacuum into ${path.join(data, 'wardlock.db')}`.execute(raw);
  await raw.destroy();
  return {
    data,
    async start() {
      const server = await startServer(data);
      cleanups.push(() => server.end('SIGKILL').then(() => undefined));
      /** Waits until its published tree has so many leaves. */
      const shown = (size: number): Promise<Checkpoint> =>
        vi.waitFor(async () => {
          const answer = await fetch(`${server.origin}/v1/log/checkpoint`);
          const checkpoint = opened(await answer.text(), lab.keys.publicJwk);
          expect(checkpoint.size).toBeGreaterThanOrEqual(size);
          return checkpoint;
        }, slow);
      return { ...server, shown };
    },
  };
}

/** What `verify` says of what `export` writes. */
async function audit(agent: Agent, data: string) {
  const folder = mkdtempSync(path.join(agent.place.folder, 'export-'));
  const exported = await serverCommand('export', '--data', data, '--out', folder);
  expect(exported, exported.stderr).toMatchObject({ code: 0 });
  return serverCommand('verify', folder);
}

test('a server that shows two stations two trees is caught at the station and by every auditor', async () => {
  const agent = await pairedAgent();
  const { lab } = agent;
  const second = await lab.pairedStation();
  agent.append(locked(), locked());
  await published(lab, 2);
  // From here on two faces of one server: the same keys, the same origin, each station sees one of them.
  const copy = await serverOnCopy(agent);
  const face = await copy.start();
  second.send = sendOverHttp(face.origin);
  await second.fetchNonce();
  const theirs = new TestJournal(second.id);
  await second.upload(Array.from({ length: 9 }, () => theirs.append({ type: 'app.blocked' })));
  const { origin, size, root } = await face.shown(11);
  const claim = { origin, size, root: toBase64(root) };
  await second.upload([theirs.append({ type: 'ledger.witnessed', detail: claim })]);
  await face.shown(12);
  const first = witnessOf(agent);
  await allProven(agent);
  await vi.waitFor(() => expect(first.notes).toHaveLength(1), slow);
  await allProven(agent);
  first.witness.close();
  expect(lab.ledger.published()?.checkpoint.origin).toBe(origin);

  // Neither export can hold the other station's journal without its contradiction.
  expect((await audit(agent, lab.data)).code).toBe(0);
  expect((await audit(agent, copy.data)).code).toBe(0);
  second.send = lab.send;
  await second.fetchNonce();
  await second.upload(theirs.entries);
  const report = await audit(agent, lab.data);
  expect(report.code).toBe(1);
  expect(report.stdout).toContain(`event 10 of station ${second.id}`);

  // And a station that comes to see the other face says so, and works on.
  const seen = agent.state.checkpoint();
  const again = witnessOf(agent, { transport: agent.transportTo(face.origin) });
  await vi.waitFor(() => expect(again.faults).toEqual(['fork']), slow);
  expect(agent.state.checkpoint()).toBe(seen);
  expect(again.notes).toMatchObject([{ type: 'ledger.refused', detail: { reason: 'fork' } }]);
  agent.append(locked());
  await vi.waitFor(() => expect(agent.journal.waiting()).toBe(0), slow);
});

test('after a backup was put back the station sends again what the server has lost, and proves it again', async () => {
  const agent = await pairedAgent();
  agent.append(...Array.from({ length: 5 }, locked));
  const before = witnessOf(agent);
  await allProven(agent);
  await vi.waitFor(() => expect(before.notes).toHaveLength(1), slow);
  await allProven(agent);
  const copy = await serverOnCopy(agent);
  agent.append(...Array.from({ length: 4 }, locked));
  await allProven(agent);
  before.witness.close();
  agent.uploader.close();
  await agent.lab.ledger.close();

  // The backup is put back; what was shown last is still in its file.
  copyFileSync(path.join(agent.lab.data, CHECKPOINT_FILE), path.join(copy.data, CHECKPOINT_FILE));
  const restored = await copy.start();
  await vi.waitFor(() => expect(restored.log()).toContain('ledger-restored'), slow);
  const transport = agent.transportTo(restored.origin);
  const uploader = createUploader({
    journal: agent.journal,
    transport,
    clock: fastClock,
    link: agent.link,
    random: Math.random,
    report: agent.report,
  });
  cleanups.push(() => uploader.close());
  agent.journal.append([locked()]);
  uploader.kick();
  const again = witnessOf({ ...agent, uploader, append: noting(agent, uploader) }, { transport });
  await vi.waitFor(
    () => expect(again.notes.map(({ type }) => type)).toContain('ledger.restored'),
    slow,
  );
  await vi.waitFor(() => expect(agent.journal.waiting()).toBe(0), slow);
  await allProven(agent);
  expect(again.faults).toEqual([]);
  await restored.end('SIGTERM');
  const report = await audit(agent, copy.data);
  expect(report.code, report.stdout).toBe(0);
  expect(report.stdout).toContain(`${agent.journal.place().seq} events`);
});

test('on a disk that was set back the station doubts only what it knows; its past epoch is proven too', async () => {
  const agent = await pairedAgent();
  agent.append(locked(), locked(), locked());
  await vi.waitFor(() => expect(agent.journal.waiting()).toBe(0), slow);
  agent.uploader.close();
  agent.journal.close();
  const copy = path.join(agent.place.folder, 'copy.db');
  copyFileSync(agent.setting.file, copy);
  const original = openedJournal({ ...agent.setting, boot: randomUUID() }).journal;
  original.append([locked(), locked()]);
  await agent.transport.upload(original.unsent(9, 1e6).map(({ canonical }) => canonical));
  original.close();

  const back = openedJournal({ ...agent.setting, file: copy, boot: randomUUID() });
  cleanups.push(() => back.journal.close());
  const { epoch } = back.journal.place();
  back.journal.append([locked(), locked()]);
  const ours = back.journal.hashes(epoch, 4, 5);
  const there = { ...agent, ...back, append: () => undefined };
  const first = witnessOf(there);
  await vi.waitFor(() => expect(back.journal.proven()).toBe(3), slow);
  first.witness.close();

  back.journal.forgetProofs();
  expect(back.journal.beginEpoch(randomUUID()).ok).toBe(true);
  expect(back.journal.owed().past).toEqual([{ epoch, after: 0, last: 3 }]);
  const second = witnessOf(there, { keepDays: 0 });
  await vi.waitFor(() => expect(back.journal.hashes(epoch, 3, 3)).toBeUndefined(), slow);
  expect([...first.faults, ...second.faults]).toEqual([]);
  expect(back.journal.hashes(epoch, 4, 5)).toEqual(ours);
});

test('a good receipt that answers another question raises no doubt, whichever it is', async () => {
  const agent = await pairedAgent();
  const past: string[] = [];
  let repeated: number | undefined;
  const { faults, witness } = witnessOf(agent, {
    transport: {
      async receipt(ask, query) {
        const answer = await agent.transport.receipt(ask, query);
        if (!answer.ok) return answer;
        if (repeated === undefined) past.push(answer.value);
        return { ok: true, value: past[repeated ?? past.length - 1] ?? '' };
      },
    },
  });
  for (let n = 0; n < 3; n++) {
    agent.append(locked(), locked());
    await allProven(agent);
  }
  const before = [agent.state.checkpoint(), agent.journal.proven()];
  // Some prove this tree from a smaller one (it looked like a fork), some prove what is proven (not-included).
  for (repeated = past.length - 1; repeated >= 0; repeated--) {
    agent.reports.length = 0;
    await vi.waitFor(() => expect(agent.reports.length).toBeGreaterThan(1), slow);
    expect(new Set(agent.reports)).toEqual(new Set(['witness:not-an-answer']));
  }
  expect(faults).toEqual([]);
  expect([agent.state.checkpoint(), agent.journal.proven()]).toEqual(before);
  witness.close();
});

test('a server that holds other events than the station believes is doubted at once', async () => {
  const agent = await pairedAgent();
  agent.append(locked());
  await vi.waitFor(() => expect(agent.journal.waiting()).toBe(0), slow);
  agent.uploader.close();
  agent.journal.close();
  const copy = path.join(agent.place.folder, 'copy.db');
  copyFileSync(agent.setting.file, copy);
  const theirs = openedJournal({ ...agent.setting, boot: randomUUID() }).journal;
  theirs.append([locked(), locked()]);
  await agent.transport.upload(theirs.unsent(9, 1e6).map(({ canonical }) => canonical));
  theirs.close();

  const ours = openedJournal({ ...agent.setting, file: copy, boot: randomUUID() });
  cleanups.push(() => ours.journal.close());
  ours.journal.append([locked(), locked()]);
  ours.journal.acknowledge(3);
  const { faults } = witnessOf({ ...agent, ...ours, append: () => undefined });
  await vi.waitFor(() => expect(faults).toEqual(['not-included']), slow);
  expect(ours.journal.proven()).toBe(0);
});

const noting =
  (agent: Agent, uploader: Agent['uploader']) =>
  (...drafts: EventDraft[]): void => {
    const result = agent.journal.append(drafts);
    if (!result.ok) throw new Error(result.error);
    uploader.kick();
  };
