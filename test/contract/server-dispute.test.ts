import { randomBytes, randomUUID } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, vi } from 'vitest';
import { openCommandSheet } from '../../main/adapters/command-sheet.ts';
import { createCommandRunner } from '../../main/app/commands.ts';
import { epochBeginner } from '../../main/app/new-epoch.ts';
import { createPastUploader } from '../../main/app/past-uploader.ts';
import { createUploader } from '../../main/app/uploader.ts';
import { giveCommand } from '../../server/station-commands.ts';
import { locked, opened } from '../support/journal.ts';
import { cleanups, fastClock, pairedAgent } from './paired-agent.ts';
import { type Lab, TestJournal, openLab, refusalOf } from './server-lab.ts';

vi.setConfig({ testTimeout: 180_000 });

/** What `admin station approve-epoch` does. */
const approve = (lab: Lab, station: string, epoch: string) =>
  lab.store.write(async (tx) => {
    await tx.approveEpoch(station, 'Ann', new Date(lab.clock.ms).toISOString());
    const what = { kind: 'new-epoch', epoch } as const;
    await giveCommand(tx, { station, what, by: 'Ann', now: lab.clock.ms, seconds: 3600 });
  });

test('a new epoch after a dispute is kept as disputed until it is approved, then taken', async () => {
  const lab = await openLab();
  cleanups.push(() => lab.close());
  const station = await lab.pairedStation();
  const journal = new TestJournal(station.id);
  await station.upload([journal.append({ type: 'station.started' })]);
  const fork = new TestJournal(station.id, journal.epoch);
  await station.upload([fork.append({ type: 'station.stopped' })]);

  const next = new TestJournal(station.id);
  const entries = [next.append({ type: 'station.started' }), next.access(lab.nurse)];
  const refused = await station.upload(entries);
  expect([refused.status, refusalOf(refused).code]).toEqual([409, 'epoch-not-approved']);
  const verdicts = async () =>
    (await lab.store.read.events({ after: 0, limit: 100 }))
      .map(
        (row) =>
          JSON.parse(Buffer.from(row.canonical).toString()) as { epoch: string; seq: number },
      )
      .map(({ epoch, seq }) => `${epoch === next.epoch ? 'next' : 'old'} ${seq}`);
  expect(await lab.store.read.disputed()).toBe(3);
  expect((await lab.store.read.head(station.id))?.epoch).toBe(journal.epoch);
  // The disputed epoch itself goes on: whose chain fits is not in dispute.
  expect((await station.upload([journal.append({ type: 'station.stopped' })])).status).toBe(200);

  await approve(lab, station.id, journal.epoch);
  expect((await station.upload(entries)).status).toBe(200);
  expect(await lab.store.read.disputed()).toBe(1);
  expect((await lab.store.read.head(station.id))?.epoch).toBe(next.epoch);
  expect((await verdicts()).toSorted()).toEqual(['next 1', 'next 2', 'old 1', 'old 1', 'old 2']);
});

test('a gap that is filled is no dispute any more, and needs no approval', async () => {
  const lab = await openLab();
  cleanups.push(() => lab.close());
  const station = await lab.pairedStation();
  const journal = new TestJournal(station.id);
  const entries = [1, 2, 3].map(() => journal.append({ type: 'station.started' }));
  expect(refusalOf(await station.upload(entries.slice(1))).code).toBe('chain-gap');
  expect(await lab.store.read.openDisputes(station.id)).toHaveLength(1);
  // Part of it: the third is still in dispute.
  expect((await station.upload(entries.slice(0, 2))).status).toBe(200);
  expect(await lab.store.read.openDisputes(station.id)).toHaveLength(1);
  expect((await station.upload(entries)).status).toBe(200);
  expect(await lab.store.read.openDisputes(station.id)).toEqual([]);
  const next = new TestJournal(station.id);
  expect((await station.upload([next.append({ type: 'station.started' })])).status).toBe(200);
});

test('a station without a dispute begins a new epoch by itself', async () => {
  const lab = await openLab();
  cleanups.push(() => lab.close());
  const station = await lab.pairedStation();
  await station.upload([new TestJournal(station.id).append({ type: 'station.started' })]);
  const next = new TestJournal(station.id);
  const detail = { reason: 'file' };
  const entry = next.append({ type: 'journal.recovered', outcome: 'failure', detail });
  expect((await station.upload([entry])).status).toBe(200);
  expect(await lab.store.read.alerts({ open: true, limit: 9 })).toMatchObject([
    { kind: 'journal' },
  ]);
});

test('the agent: stopped by a dispute, approved, and everything is at the server', async () => {
  const agent = await pairedAgent();
  const { lab, setting, transport, paired } = agent;
  agent.append(locked());
  await vi.waitFor(() => expect(agent.journal.waiting()).toBe(0), { timeout: 60_000 });
  agent.uploader.close();
  agent.journal.close();
  // An old copy of the disk: the server has gone on without it.
  const copy = path.join(agent.place.folder, 'copy.db');
  copyFileSync(setting.file, copy);
  const original = opened({ ...setting, boot: randomUUID() }).journal;
  original.append([locked()]);
  const gone = await transport.upload(original.unsent(10, 1e6).map(({ canonical }) => canonical));
  expect(gone.ok).toBe(true);
  original.close();

  const life = () => {
    const { journal, state } = opened({ ...setting, file: copy, boot: randomUUID() });
    const reports: string[] = [];
    const ports = {
      journal,
      transport,
      clock: fastClock,
      random: Math.random,
      report: (code: string) => void reports.push(code),
    };
    const uploader = createUploader({ ...ports, link: agent.link });
    const past = createPastUploader(ports);
    const runner = createCommandRunner({
      ...ports,
      station: paired.station,
      commanded: {
        lock: () => false,
        lockElsewhere: () => false,
        signOut: () => false,
        newEpoch: epochBeginner(journal, uploader, past, randomUUID),
      },
      open: (jws) => openCommandSheet(jws, paired.serverKey),
      state,
      ask: () => randomBytes(16).toString('base64url'),
    });
    const close = () => {
      for (const part of [uploader, past, runner]) part.close();
      journal.close();
    };
    return { journal, uploader, past, runner, reports, close };
  };

  const first = life();
  const old = first.journal.place();
  first.journal.append(Array.from({ length: 1_500 }, locked));
  const disputes: boolean[] = [];
  first.uploader.onDispute((isDisputed) => void disputes.push(isDisputed));
  const head = first.journal.place();
  first.uploader.kick();
  await vi.waitFor(() => expect(first.uploader.state().kind).toBe('halted'), { timeout: 60_000 });
  expect(disputes).toEqual([true]);
  await approve(lab, paired.station, old.epoch);
  first.runner.kick();
  await vi.waitFor(() => expect(first.journal.place().epoch).not.toBe(old.epoch), {
    timeout: 60_000,
  });
  expect(disputes).toEqual([true, false]);
  // The agent ends before it could send everything: a new start goes on with it.
  first.close();
  const second = life();
  cleanups.push(second.close);
  second.journal.append([locked()]);
  second.uploader.kick();
  second.past.kick();
  await vi.waitFor(() => expect(second.journal.past(1, 1)).toBeUndefined(), { timeout: 60_000 });
  await vi.waitFor(() => expect(second.journal.waiting()).toBe(0), { timeout: 60_000 });

  const stored = (await agent.stored()).map(({ canonical, verdict }) => ({
    ...(JSON.parse(canonical) as { epoch: string; seq: number; type: string; detail: object }),
    verdict,
  }));
  const { epoch } = second.journal.place();
  expect(stored.filter((one) => one.epoch === epoch)).toMatchObject([
    {
      seq: 1,
      type: 'journal.recovered',
      verdict: 'verified',
      detail: { reason: 'dispute', oldEpoch: old.epoch, oldSeq: head.seq, oldHead: head.head },
    },
    { seq: 2, verdict: 'verified' },
  ]);
  const disputed = stored.filter(({ verdict }) => verdict === 'disputed');
  expect(disputed.map(({ seq }) => seq)).toEqual(Array.from({ length: 1_500 }, (_, n) => n + 2));
  expect((await lab.store.read.command(paired.station, 1))?.outcome).toBe('done');
});
