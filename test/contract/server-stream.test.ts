import path from 'node:path';
import { expect, test, vi } from 'vitest';
import type { StreamHint } from '../../common/command.ts';
import { openDirectoryStore } from '../../main/adapters/directory-store.ts';
import { createDirectorySync } from '../../main/app/directory-sync.ts';
import { createServerStream } from '../../main/app/server-stream.ts';
import type { Clock } from '../../main/ports/clock.ts';
import { openStore } from '../../server/store/store.ts';
import { publishDirectory } from '../../server/directory.ts';
import { sendOverHttp } from './server-lab.ts';
import { cleanups, fastClock, pairedAgent } from './paired-agent.ts';

vi.setConfig({ testTimeout: 120_000 });

type Agent = Awaited<ReturnType<typeof pairedAgent>>;

function streamOf(agent: Agent, clock: Clock = fastClock) {
  const hints: StreamHint[] = [];
  const reports: string[] = [];
  let openings = 0;
  const stream = createServerStream({
    transport: agent.transport,
    clock,
    random: Math.random,
    report: (code) => void reports.push(code),
    opened: () => void openings++,
    hint: (hint) => void hints.push(hint),
  });
  cleanups.push(() => stream.close());
  stream.start();
  return { stream, hints, reports, openings: () => openings };
}

/** A clock that never wakes anybody: what comes, comes by the stream. */
const still: Clock = { ...fastClock, at: () => () => undefined };

const storeOf = ({ place, paired, state, report }: Agent) =>
  openDirectoryStore({
    file: path.join(place.folder, 'directory.jws'),
    serverKey: paired.serverKey,
    group: paired.group,
    rpId: 'localhost',
    state,
    report,
  });

const quiet = (
  { transport, report }: Agent,
  store: Parameters<typeof createDirectorySync>[0]['store'],
) => ({
  store,
  transport,
  clock: still,
  random: Math.random,
  report,
  updated: () => undefined,
  refused: () => undefined,
  confirmed: () => undefined,
});

/** As another process does it: the command line, or a second server on the same data. */
async function changePolicyElsewhere({ lab }: Agent, idleLockSeconds: number): Promise<void> {
  const elsewhere = await openStore(lab);
  await elsewhere.write(async (tx) => {
    await tx.setGroup('ICU North', { policy: { idleLockSeconds } });
    await publishDirectory(tx, lab.keys, Date.now());
  });
  await elsewhere.close();
}

test('a directory changed by another process is in force at a listening station, without its poll', async () => {
  const agent = await pairedAgent();
  const { store } = await storeOf(agent);
  const sync = createDirectorySync(quiet(agent, store));
  cleanups.push(() => sync.close());
  const stream = createServerStream({
    transport: agent.transport,
    clock: still,
    random: Math.random,
    report: agent.report,
    opened: sync.kick,
    hint: sync.kick,
  });
  cleanups.push(() => stream.close());
  stream.start();
  await vi.waitFor(() => expect(store.current()?.version).toBe(1), { timeout: 30_000 });
  await changePolicyElsewhere(agent, 61);
  await vi.waitFor(() => expect(store.current()?.version).toBe(2), { timeout: 30_000 });
  expect(store.current()?.policy.idleLockSeconds).toBe(61);
  expect(agent.reports).toEqual([]);
});

test('a hint that comes while the directory is asked for is not lost', async () => {
  const agent = await pairedAgent();
  const { store } = await storeOf(agent);
  let asked = 0;
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const sync = createDirectorySync({
    ...quiet(agent, store),
    transport: {
      async directory(have) {
        const answer = await agent.transport.directory(have);
        if (++asked === 1) await held;
        return answer;
      },
    },
  });
  cleanups.push(() => sync.close());
  sync.start();
  await vi.waitFor(() => expect(asked).toBe(1), { timeout: 60_000 });
  await changePolicyElsewhere(agent, 64);
  sync.kick();
  release();
  await vi.waitFor(() => expect(store.current()?.version).toBe(2), { timeout: 30_000 });
});

test('a hint says which version there is, once', async () => {
  const agent = await pairedAgent();
  const { hints } = streamOf(agent);
  await vi.waitFor(() => expect(hints).toEqual([{ kind: 'directory', version: 1 }]), {
    timeout: 60_000,
  });
  await changePolicyElsewhere(agent, 62);
  await vi.waitFor(() => expect(hints).toHaveLength(2), { timeout: 30_000 });
  await changePolicyElsewhere(agent, 63);
  await vi.waitFor(() => expect(hints).toHaveLength(3), { timeout: 30_000 });
  expect(hints.slice(1)).toEqual([
    { kind: 'directory', version: 2 },
    { kind: 'directory', version: 3 },
  ]);
});

test('a stream that ends is opened again, and its end is told once', async () => {
  const agent = await pairedAgent();
  const { openings, reports, stream } = streamOf(agent);
  await vi.waitFor(() => expect(openings()).toBe(1), { timeout: 30_000 });
  // The same station once more: the server keeps the newer of the two.
  const second = streamOf(agent, still);
  await vi.waitFor(() => expect(second.openings()).toBe(1), { timeout: 30_000 });
  await vi.waitFor(() => expect(openings()).toBe(2), { timeout: 30_000 });
  await vi.waitFor(() => expect(second.stream.isOpen()).toBe(false), { timeout: 30_000 });
  expect(stream.isOpen()).toBe(true);
  expect(reports).toEqual(['stream:lost']);
  expect(agent.link.current()).toEqual({ kind: 'connected' });
});

test('a server that stops lets go of its streams', async () => {
  const agent = await pairedAgent();
  const { openings, stream } = streamOf(agent);
  await vi.waitFor(() => expect(openings()).toBe(1), { timeout: 30_000 });
  await agent.lab.app.close();
  await vi.waitFor(() => expect(stream.isOpen()).toBe(false), { timeout: 30_000 });
});

test('a page that says OK to everything is not taken for a stream', async () => {
  const agent = await pairedAgent();
  const answer = await sendOverHttp(agent.origin)({ method: 'GET', url: '/v1/nonce', headers: {} });
  expect(answer.headers['content-type']).toMatch(/json/);
  const transport = { ...agent.transport };
  let openings = 0;
  const end = await transport.stream(
    { opened: () => void openings++, hint: () => undefined },
    AbortSignal.abort(),
  );
  expect(end.kind).toBe('unreachable');
  expect(openings).toBe(0);
});
