import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { CompactSign } from 'jose';
import { expect, test, vi } from 'vitest';
import { type Command, COMMANDS_JWS_TYP } from '../../common/command.ts';
import { DIRECTORY_JWS_TYP } from '../../common/wire.ts';
import { openCommandSheet } from '../../main/adapters/command-sheet.ts';
import { createCommandRunner } from '../../main/app/commands.ts';
import { createServerStream } from '../../main/app/server-stream.ts';
import { giveCommand, signSheet } from '../../server/station-commands.ts';
import { opened } from '../support/journal.ts';
import { cleanups, fastClock, pairedAgent } from './paired-agent.ts';

vi.setConfig({ testTimeout: 120_000 });

type Agent = Awaited<ReturnType<typeof pairedAgent>>;
type Transport = Parameters<typeof createCommandRunner>[0]['transport'];

/** The agent's runner on the real transport; what it did to the station is written down. */
function runnerOf(agent: Agent, change: { transport?: Transport; state?: Agent['state'] } = {}) {
  const done: string[] = [];
  const reports: string[] = [];
  const runner = createCommandRunner({
    station: agent.paired.station,
    commanded: {
      lock: () => done.push('lock') > 0,
      lockElsewhere: (member) => done.push(`lock ${member}`) > 0,
      signOut: () => done.push('sign-out') > 0,
      newEpoch: (epoch) => done.push(`new-epoch ${epoch}`) > 0,
    },
    transport: change.transport ?? agent.transport,
    open: (jws) => openCommandSheet(jws, agent.paired.serverKey),
    state: change.state ?? agent.state,
    clock: fastClock,
    random: Math.random,
    ask: () => randomBytes(16).toString('base64url'),
    report: (code) => void reports.push(code),
  });
  cleanups.push(() => runner.close());
  return { runner, done, reports };
}

const give = (agent: Agent, more: Partial<Parameters<typeof giveCommand>[1]> = {}) =>
  agent.lab.store.write((tx) =>
    giveCommand(tx, {
      station: agent.paired.station,
      what: { kind: 'lock' },
      by: 'somebody',
      now: agent.lab.clock.ms,
      seconds: 60,
      ...more,
    }),
  );

const outcomeOf = async (agent: Agent, number: number) =>
  (await agent.lab.store.read.command(agent.paired.station, number))?.outcome;

test('a hint, a question, a deed, an answer: the command comes while the stream is open', async () => {
  const agent = await pairedAgent();
  const { runner, done, reports } = runnerOf(agent);
  let openings = 0;
  const stream = createServerStream({
    transport: agent.transport,
    clock: fastClock,
    random: Math.random,
    report: (code) => void reports.push(code),
    opened: () => void openings++,
    hint: (hint) => {
      if (hint.kind === 'commands') runner.kick();
    },
  });
  cleanups.push(() => stream.close());
  stream.start();
  await vi.waitFor(() => expect(openings).toBe(1), { timeout: 30_000 });
  const member = agent.lab.nurse.person;
  const first = await give(agent, { what: { kind: 'lock-elsewhere', member } });
  const second = await give(agent, { what: { kind: 'sign-out' } });
  await vi.waitFor(async () => expect(await outcomeOf(agent, second ?? 0)).toBe('done'), {
    timeout: 30_000,
  });
  expect([first, second]).toEqual([1, 2]);
  expect(done).toEqual([`lock ${member}`, 'sign-out']);
  expect(await outcomeOf(agent, 1)).toBe('done');
  expect(agent.state.commandNumber()).toBe(2);
  expect(reports).toEqual([]);
});

test('more commands than one sheet holds are carried out, each once and in order', async () => {
  const agent = await pairedAgent();
  const { runner, done } = runnerOf(agent);
  for (let n = 0; n < 45; n++) await give(agent);
  runner.kick();
  await vi.waitFor(async () => expect(await outcomeOf(agent, 45)).toBe('done'), {
    timeout: 60_000,
  });
  expect(done).toHaveLength(45);
});

test('an answer that was recorded is not taken for the answer to another question', async () => {
  const agent = await pairedAgent();
  await give(agent);
  const recorded = await agent.transport.commands('A'.repeat(22), 0);
  if (!recorded.ok) throw new Error('no sheet');
  const { runner, done, reports } = runnerOf(agent, {
    transport: { ...agent.transport, commands: async () => recorded },
  });
  runner.kick();
  await vi.waitFor(() => expect(reports).toContain('commands:replayed'), { timeout: 60_000 });
  expect(done).toEqual([]);
  expect(agent.state.commandNumber()).toBe(0);
});

const commandOf = (change: { number?: number; expiresAt?: string } = {}): Command => ({
  number: 1,
  kind: 'lock',
  issuedAt: '2026-01-01T00:00:00.000Z',
  expiresAt: '2999-01-01T00:00:00.000Z',
  ...change,
});

/** A transport whose sheets the server's key signs, with what the test puts in them. */
function forging(
  agent: Agent,
  commands: readonly Command[],
  more: { typ?: string; key?: Agent['lab']['keys']['signing']; sheet?: object } = {},
): Transport {
  return {
    ...agent.transport,
    commands: async (ask) => ({
      ok: true,
      value: await new CompactSign(
        Buffer.from(
          JSON.stringify({
            v: 1,
            station: agent.paired.station,
            ask,
            now: '2026-06-01T00:00:00.000Z',
            commands,
            ...more.sheet,
          }),
        ),
      )
        .setProtectedHeader({ alg: 'EdDSA', typ: more.typ ?? COMMANDS_JWS_TYP })
        .sign(more.key ?? agent.lab.keys.signing),
    }),
  };
}

test('the forger’s own sheet is good, so that what follows is refused for its one fault', async () => {
  const agent = await pairedAgent();
  const { runner, done } = runnerOf(agent, { transport: forging(agent, [commandOf()]) });
  runner.kick();
  await vi.waitFor(() => expect(done).toEqual(['lock']), { timeout: 60_000 });
});

test.each([
  ['another station', 'commands:foreign', { sheet: { station: randomUUID() } }],
  ['another key', 'commands:bad-signature', { key: generateKeyPairSync('ed25519').privateKey }],
  ['another purpose', 'commands:bad-signature', { typ: DIRECTORY_JWS_TYP }],
  ['an unknown field', 'commands:bad-signature', { sheet: { more: 1 } }],
])('a sheet for or by %s is refused', async (_what, code, more) => {
  const agent = await pairedAgent();
  const { runner, done, reports } = runnerOf(agent, {
    transport: forging(agent, [commandOf()], more),
  });
  runner.kick();
  await vi.waitFor(() => expect(reports).toContain(code), { timeout: 60_000 });
  expect(done).toEqual([]);
  expect(agent.state.commandNumber()).toBe(0);
});

test('a number that was carried out, or one below it, is refused, also after a restart', async () => {
  const agent = await pairedAgent();
  agent.state.raiseCommandNumber(7);
  agent.journal.close();
  const { journal, state } = opened({ ...agent.setting, boot: randomUUID() });
  cleanups.push(() => journal.close());
  const numbers = [3, 7, 8].map((number) => commandOf({ number }));
  const { runner, done, reports } = runnerOf(agent, { transport: forging(agent, numbers), state });
  runner.kick();
  await vi.waitFor(() => expect(done).toHaveLength(1), { timeout: 60_000 });
  expect(reports.slice(0, 2)).toEqual(['command:older:3', 'command:older:7']);
  expect(state.commandNumber()).toBe(8);
});

test('an expired command is refused by the server’s clock, and never comes back', async () => {
  const agent = await pairedAgent();
  const { runner, done, reports } = runnerOf(agent, {
    transport: forging(agent, [commandOf({ expiresAt: '2026-06-01T00:00:00.000Z' })]),
  });
  runner.kick();
  await vi.waitFor(() => expect(agent.state.commandNumber()).toBe(1), { timeout: 60_000 });
  expect(reports[0]).toBe('command:expired:1');
  expect(done).toEqual([]);
});

test('the server keeps expired and answered commands to itself', async () => {
  const agent = await pairedAgent();
  await give(agent, { seconds: 10 });
  await give(agent, { seconds: 60 });
  agent.lab.clock.ms += 10_000;
  const { runner, done } = runnerOf(agent);
  runner.kick();
  await vi.waitFor(async () => expect(await outcomeOf(agent, 2)).toBe('done'), { timeout: 60_000 });
  expect(done).toHaveLength(1);
  expect(await outcomeOf(agent, 1)).toBeNull();
  const open = await agent.lab.store.read.openCommandNumbers(
    new Date(agent.lab.clock.ms).toISOString(),
  );
  expect(open).toEqual([]);
});

test('a server that was set back counts on from what the station has carried out', async () => {
  const agent = await pairedAgent();
  agent.state.raiseCommandNumber(40);
  const { runner, done } = runnerOf(agent);
  runner.kick();
  await vi.waitFor(
    async () => {
      const row = await agent.lab.store.read.station(agent.paired.station);
      expect(row?.command_number).toBe(40);
    },
    { timeout: 60_000 },
  );
  expect(await give(agent)).toBe(41);
  runner.kick();
  await vi.waitFor(() => expect(done).toHaveLength(1), { timeout: 60_000 });
});

test('a sheet holds what its question was about', async () => {
  const { lab, paired } = await pairedAgent();
  const { station } = paired;
  const jws = await signSheet([], { station, ask: 'A'.repeat(22), now: lab.clock.ms }, lab.keys);
  expect(await openCommandSheet(jws, lab.keys.publicJwk)).toMatchObject({
    station,
    ask: 'A'.repeat(22),
    commands: [],
  });
});

test('nobody but the station hears of its commands', async () => {
  const { lab } = await pairedAgent();
  for (const url of ['/v1/stream', `/v1/commands?ask=${'A'.repeat(22)}&after=0`]) {
    const answer = await lab.send({ method: 'GET', url, headers: {} });
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([401, 'no-authorization']);
  }
});

test('a disk that has no room for its number keeps no session open: the command is carried out, once', async () => {
  const agent = await pairedAgent();
  const state: Agent['state'] = {
    ...agent.state,
    raiseCommandNumber() {
      throw new Error('SQLITE_FULL');
    },
  };
  const { runner, done, reports } = runnerOf(agent, { state });
  const first = await give(agent);
  runner.kick();
  await vi.waitFor(async () => expect(await outcomeOf(agent, first ?? 0)).toBe('done'), {
    timeout: 60_000,
  });
  const second = await give(agent, { what: { kind: 'sign-out' } });
  runner.kick();
  await vi.waitFor(async () => expect(await outcomeOf(agent, second ?? 0)).toBe('done'), {
    timeout: 60_000,
  });
  expect(done).toEqual(['lock', 'sign-out']);
  expect(reports).toEqual(['command:not-marked', 'command:not-marked']);
});
