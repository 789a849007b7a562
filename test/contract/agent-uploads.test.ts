import { randomInt, randomUUID } from 'node:crypto';
import { copyFileSync } from 'node:fs';
import { type IncomingMessage, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
import { type EventDraft, chainHash } from '../../common/event.ts';
import { openDirectoryStore } from '../../main/adapters/directory-store.ts';
import { sha256 } from '../../main/adapters/sha256.ts';
import { createDirectorySync } from '../../main/app/directory-sync.ts';
import { createUploader } from '../../main/app/uploader.ts';
import type { Link } from '../../main/domain/link.ts';
import { locked, opened } from '../support/journal.ts';
import { randomFrom } from '../support/random.ts';
import { smallDisk } from '../support/small-disk.ts';
import { cleanups, fastClock, pairedAgent } from './paired-agent.ts';

// Real parts on a busy machine.
vi.setConfig({ testTimeout: 180_000 });

const everythingAcknowledged = (agent: { journal: { waiting(): number } }) =>
  vi.waitFor(() => expect(agent.journal.waiting()).toBe(0), { timeout: 90_000, interval: 20 });

test('what is appended is at the server: verbatim, once, in order', async () => {
  const agent = await pairedAgent();
  const written = [];
  for (let turn = 0; turn < 5; turn++) {
    const result = agent.journal.append([locked(), locked()]);
    if (!result.ok) throw new Error(result.error);
    written.push(...result.value);
    agent.uploader.kick();
  }
  await everythingAcknowledged(agent);
  const stored = await agent.stored();
  expect(stored.map(({ hash, canonical, verdict }) => ({ hash, canonical, verdict }))).toEqual(
    written.map(({ hash, canonical }) => ({
      hash,
      canonical: Buffer.from(canonical).toString('utf8'),
      verdict: 'verified',
    })),
  );
  expect(agent.uploader.state()).toEqual({ kind: 'idle' });
  expect(agent.link.current()).toEqual({ kind: 'connected' });
  expect(agent.reports).toEqual([]);
});

test('a backlog of more than one batch drains by itself', async () => {
  const agent = await pairedAgent();
  agent.journal.append(Array.from({ length: 2_345 }, locked));
  agent.uploader.kick();
  await everythingAcknowledged(agent);
  expect((await agent.stored()).length).toBe(2_345);
});

/** Between agent and server: loses requests, loses answers, cuts, and passes on, as chance has it. */
async function badNetwork(origin: string, random: () => number): Promise<string> {
  const proxy = createServer((request: IncomingMessage, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const fate = random();
      if (fate < 0.25) return void response.destroy();
      if (fate < 0.35) return void response.writeHead(503).end('<html>');
      const { method = 'GET', url = '/', headers } = request;
      const sent = new Headers({
        authorization: headers.authorization ?? '',
        ...(headers['content-type'] === undefined
          ? {}
          : { 'content-type': headers['content-type'] }),
      });
      const body = method === 'GET' ? null : Buffer.concat(chunks);
      fetch(origin + url, { method, headers: sent, body }).then(
        async (answer) => {
          const text = await answer.text();
          // The server has taken it; the agent never hears.
          if (fate < 0.6) return void response.destroy();
          response.writeHead(
            answer.status,
            Object.fromEntries(
              [...answer.headers].filter(
                ([name]) => name === 'wardlock-nonce' || name === 'content-type',
              ),
            ),
          );
          response.end(fate < 0.7 ? text.slice(0, text.length / 2) : text);
        },
        () => void response.destroy(),
      );
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

test('over a network that loses requests and answers, every event arrives once and in order', async () => {
  const seed = Number(process.env['WARDLOCK_SEED'] ?? randomInt(2 ** 31));
  process.stdout.write(`bad network test: seed ${seed} (WARDLOCK_SEED)\n`);
  const random = randomFrom(seed);
  const agent = await pairedAgent((origin) => badNetwork(origin, random));
  for (let turn = 0; turn < 150; turn++) {
    agent.append(...Array.from({ length: 1 + Math.floor(random() * 3) }, locked));
    await delay(random() * 20);
  }
  await everythingAcknowledged(agent);
  const stored = await agent.stored();
  const seqs = stored.map(({ canonical }) => (JSON.parse(canonical) as { seq: number }).seq);
  expect(seqs).toEqual(Array.from({ length: agent.journal.place().seq }, (_, index) => index + 1));
  expect(stored.every(({ verdict }) => verdict === 'verified')).toBe(true);
  expect(agent.uploader.state().kind).toBe('idle');
});

test('a server that stops and starts again: offline since then, later everything is there', async () => {
  let isDown = false;
  const agent = await pairedAgent(async (origin) => badNetwork(origin, () => (isDown ? 0 : 1)));
  const links: Link[] = [];
  agent.link.listen((link) => links.push(link));
  isDown = true;
  agent.append(locked());
  await vi.waitFor(() => expect(agent.uploader.state().kind).toBe('waiting'), { timeout: 60_000 });
  agent.append(locked());
  expect(agent.journal.waiting()).toBe(2);
  isDown = false;
  await everythingAcknowledged(agent);
  expect(links).toEqual([{ kind: 'offline', since: expect.any(Number) }, { kind: 'connected' }]);
});

test('a server that asks for a pause gets it, and everything afterwards', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  cleanups.push(() => void vi.useRealTimers());
  const limits = { stationPerMinute: 2, addressPerMinute: 10_000 };
  const agent = await pairedAgent(undefined, { limits });
  for (let n = 0; n < 4; n++) {
    agent.append(locked());
    await vi.waitFor(() => expect(agent.uploader.state().kind).not.toBe('sending'), {
      timeout: 60_000,
    });
  }
  const state = agent.uploader.state();
  if (state.kind !== 'waiting') throw new Error(state.kind);
  expect(state.asked).toBe(true);
  expect(agent.reports).toContain('upload:refused:slow-down');
  expect(await agent.stored()).toHaveLength(2);
  vi.setSystemTime(Date.now() + 60_000);
  await vi.waitFor(async () => expect(await agent.stored()).toHaveLength(4), 60_000);
  await vi.waitFor(() => expect(agent.uploader.state()).toEqual({ kind: 'idle' }), 60_000);
});

test('a journal that forked from what the server has stops, and says so once', async () => {
  const agent = await pairedAgent();
  agent.append(locked());
  await everythingAcknowledged(agent);
  // A copy of the disk comes back after the original went on.
  agent.journal.close();
  const copy = path.join(agent.place.folder, 'copy.db');
  copyFileSync(agent.setting.file, copy);
  const original = opened({ ...agent.setting, boot: randomUUID() }).journal;
  const forked = opened({ ...agent.setting, file: copy, boot: randomUUID() }).journal;
  const reports: string[] = [];
  const uploaderOf = (journal: typeof original) =>
    createUploader({
      journal,
      transport: agent.transport,
      clock: fastClock,
      link: agent.link,
      random: Math.random,
      report: (code) => void reports.push(code),
    });
  const [first, second] = [uploaderOf(original), uploaderOf(forked)];
  original.append([locked()]);
  first.kick();
  await everythingAcknowledged({ journal: original });
  forked.append([locked()]);
  second.kick();
  await vi.waitFor(() => expect(second.state()).toEqual({ kind: 'halted', code: 'chain-fork' }), {
    timeout: 60_000,
  });
  second.kick();
  expect(reports).toEqual(['upload:chain-fork']);
  expect(forked.waiting()).toBe(1);
  for (const uploader of [first, second]) uploader.close();
  for (const journal of [original, forked]) journal.close();
});

test('an answer to what was sent before a rewind acknowledges nothing', async () => {
  const agent = await pairedAgent();
  const result = agent.journal.append([locked(), locked()]);
  if (!result.ok) throw new Error(result.error);
  const answers: (() => void)[] = [];
  const sent: number[] = [];
  const uploader = createUploader({
    journal: agent.journal,
    transport: {
      async upload(canonical) {
        sent.push(canonical.length);
        await new Promise<void>((resolve) => answers.push(resolve));
        return agent.transport.upload(canonical);
      },
    },
    clock: fastClock,
    link: agent.link,
    random: Math.random,
    report: agent.report,
  });
  uploader.kick();
  await vi.waitFor(() => expect(sent).toEqual([2]), { timeout: 60_000 });
  agent.journal.rewind(0);
  uploader.resend();
  answers.shift()?.();
  await vi.waitFor(() => expect(sent).toEqual([2, 2]), { timeout: 60_000 });
  expect(agent.journal.waiting()).toBe(2);
  answers.shift()?.();
  await vi.waitFor(() => expect(agent.journal.waiting()).toBe(0), { timeout: 60_000 });
  uploader.close();
});

test('what somebody else acknowledged is sent again, once the server says that there is a gap', async () => {
  const agent = await pairedAgent();
  agent.uploader.close();
  const answers: string[] = [];
  let lies = true;
  const uploader = createUploader({
    ...agent,
    transport: {
      async upload(canonical) {
        const last = canonical.at(-1) ?? new Uint8Array();
        const { epoch, seq } = JSON.parse(Buffer.from(last).toString()) as {
          epoch: string;
          seq: number;
        };
        const hash = chainHash(sha256, last);
        if (lies) return { ok: true, value: { epoch, seq, hash, accepted: canonical.length } };
        const answer = await agent.transport.upload(canonical);
        answers.push(
          answer.ok ? 'ok' : answer.error.kind === 'refused' ? answer.error.error.code : '',
        );
        return answer;
      },
    },
    clock: fastClock,
    random: Math.random,
  });
  cleanups.push(() => uploader.close());
  const { epoch } = agent.journal.place();
  agent.journal.append([locked(), locked(), locked()]);
  uploader.kick();
  await everythingAcknowledged(agent);
  expect(await agent.stored()).toEqual([]);
  lies = false;
  agent.journal.append([locked()]);
  uploader.kick();
  await vi.waitFor(() => expect(answers).toEqual(['chain-gap', 'ok']), { timeout: 60_000 });
  await everythingAcknowledged(agent);
  expect(agent.reports).toEqual(['upload:gap']);
  const stored = await agent.stored();
  expect(stored.map(({ verdict }) => verdict)).toEqual(Array.from({ length: 4 }, () => 'verified'));

  // A gap behind what was proven cannot be: the server has signed for it.
  lies = true;
  agent.journal.append([locked()]);
  uploader.kick();
  await everythingAcknowledged(agent);
  agent.journal.prove(epoch, 5);
  lies = false;
  agent.journal.append([locked()]);
  uploader.kick();
  await vi.waitFor(() => expect(uploader.state()).toEqual({ kind: 'halted', code: 'chain-gap' }), {
    timeout: 60_000,
  });
});

test('the receipt must be for what was sent', async () => {
  const agent = await pairedAgent();
  const result = agent.journal.append([locked()]);
  if (!result.ok) throw new Error(result.error);
  const { epoch } = agent.journal.place();
  const receipts = [
    { epoch: randomUUID(), seq: 1, hash: result.value[0]?.hash ?? '', accepted: 1 },
    { epoch, seq: 1, hash: 'ab'.repeat(32), accepted: 1 },
  ];
  for (const receipt of receipts) {
    const reports: string[] = [];
    const uploader = createUploader({
      journal: agent.journal,
      transport: { upload: async () => ({ ok: true, value: receipt }) },
      clock: fastClock,
      link: agent.link,
      random: Math.random,
      report: (code) => void reports.push(code),
    });
    uploader.kick();
    await vi.waitFor(() => expect(reports).toEqual(['upload:wrong-receipt']), { timeout: 60_000 });
    expect(agent.journal.waiting()).toBe(1);
    uploader.close();
  }
});

test('the signed directory is fetched, put in force, and confirmed from then on', async () => {
  const agent = await pairedAgent();
  const { store } = await openDirectoryStore({
    file: path.join(agent.place.folder, 'directory.jws'),
    serverKey: agent.paired.serverKey,
    group: agent.paired.group,
    rpId: 'localhost',
    state: agent.state,
    report: agent.report,
  });
  const told: string[] = [];
  const confirmations: number[] = [];
  const sync = createDirectorySync({
    store,
    transport: agent.transport,
    clock: fastClock,
    random: Math.random,
    report: agent.report,
    updated: (snapshot, event) =>
      void told.push(`${event.type} ${snapshot.version} ${JSON.stringify(event.detail)}`),
    refused: (event) => void told.push(`${event.type} ${JSON.stringify(event.detail)}`),
    confirmed: (at) => void confirmations.push(at),
  });
  cleanups.push(() => sync.close());
  sync.start();
  await vi.waitFor(() => expect(confirmations.length).toBeGreaterThan(2), { timeout: 60_000 });
  expect(told).toEqual(['directory.updated 1 {"version":1}']);
  expect(store.current()?.members.map(({ id }) => id)).toContain(agent.lab.nurse.person);
  expect(confirmations.at(-1)).toBeGreaterThan(Date.now() - 60_000);
  expect(agent.reports).toEqual([]);
});

test('a directory that finds no room on the disk is in force, told once, and asked for until it is kept', async () => {
  const agent = await pairedAgent();
  const disk = smallDisk(1024 * 1024);
  cleanups.push(() => disk.remove());
  disk.fill(0);
  const { store } = await openDirectoryStore({
    file: path.join(disk.folder, 'directory.jws'),
    serverKey: agent.paired.serverKey,
    group: agent.paired.group,
    rpId: 'localhost',
    state: agent.state,
    report: agent.report,
  });
  const told: string[] = [];
  const sync = createDirectorySync({
    store,
    transport: agent.transport,
    clock: fastClock,
    random: Math.random,
    report: agent.report,
    updated: (snapshot, event) => void told.push(`${event.type} ${snapshot.version}`),
    refused: () => undefined,
    confirmed: () => undefined,
  });
  cleanups.push(() => sync.close());
  sync.start();
  await vi.waitFor(() => expect(agent.reports.length).toBeGreaterThan(2), { timeout: 60_000 });
  expect(new Set(agent.reports)).toEqual(new Set(['directory:not-stored']));
  expect([store.current()?.version, store.stored()]).toEqual([1, 0]);
  disk.free();
  await vi.waitFor(() => expect(store.stored()).toBe(1), { timeout: 60_000 });
  expect(told).toEqual(['directory.updated 1']);
});

test('a directory that is refused is told once, and asked for again', async () => {
  const agent = await pairedAgent();
  const { store } = await openDirectoryStore({
    file: path.join(agent.place.folder, 'directory.jws'),
    serverKey: agent.paired.serverKey,
    group: agent.paired.group,
    rpId: 'keys.other.example',
    state: agent.state,
    report: agent.report,
  });
  const refused: EventDraft[] = [];
  const sync = createDirectorySync({
    store,
    transport: agent.transport,
    clock: fastClock,
    random: Math.random,
    report: agent.report,
    updated: () => undefined,
    refused: (event) => void refused.push(event),
    confirmed: () => undefined,
  });
  cleanups.push(() => sync.close());
  sync.start();
  await vi.waitFor(() => expect(agent.reports.length).toBeGreaterThan(2), { timeout: 60_000 });
  expect(new Set(agent.reports)).toEqual(new Set(['directory:wrong-rp']));
  expect(refused).toEqual([
    { type: 'directory.refused', outcome: 'failure', detail: { reason: 'wrong-rp' } },
  ]);
  expect(store.current()).toBeUndefined();
});
