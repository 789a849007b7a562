import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startDemoStack } from '../../tools/demo-stack.mjs';
import { run } from '../../tools/run.mjs';
import { type RunningAgent, launchAgent } from './electron-app.ts';
import { type Station, station as stationDriver } from './station.ts';
import { type Control, connectControl } from './simulator.ts';

const serverProgram = path.resolve(import.meta.dirname, '../../out/server/index.mjs');

/** One event as the server lists it, with its record parsed. */
export interface StoredEvent {
  readonly id: number;
  readonly verdict: string;
  readonly reason?: string;
  readonly hash: string;
  readonly event: {
    readonly seq: number;
    readonly epoch: string;
    readonly prev: string;
    readonly type: string;
    readonly outcome: string;
    readonly boot: string;
    readonly member?: string;
    readonly key?: string;
    readonly session?: string;
    readonly correlation?: string;
    readonly detail: Readonly<Record<string, string | number | boolean>>;
  };
}

/** Server, clinical app (`app` when it is not the demo's) and simulated keys in a temporary folder, and agents on them. */
export async function startDemo(
  policy: Record<string, unknown> = {},
  app?: { readonly url: string; readonly hosts: string[]; readonly allow?: string[] },
) {
  const data = await mkdtemp(path.join(tmpdir(), 'wardlock-test-'));
  const stack = await startDemoStack({ data, policy, ...(app === undefined ? {} : { app }) });
  const keys: Control = await connectControl(stack.keys.control);
  const agents: RunningAgent[] = [];

  async function events(after = 0): Promise<StoredEvent[]> {
    const address = new URL(stack.consoleUrl());
    const response = await fetch(new URL(`/v1/console/events?after=${after}&limit=500`, address), {
      headers: { authorization: `Bearer ${address.searchParams.get('token')}` },
    });
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    const list = (await response.json()) as { events: (StoredEvent & { canonical: string })[] };
    return list.events.map((listed) => ({
      ...listed,
      event: JSON.parse(listed.canonical) as StoredEvent['event'],
    }));
  }

  const person = (role: RegExp) => {
    const found = stack.people.find((each) => role.test(each.role));
    if (!found) throw new Error(`nobody in the demo practice is ${role}`);
    return found;
  };

  return {
    data,
    stack,
    nurse: person(/nurse/i),
    physician: person(/physician/i),
    keys,
    events,
    /** All of them, however many pages. */
    async allEvents(): Promise<StoredEvent[]> {
      const all: StoredEvent[] = [];
      for (;;) {
        const page = await events(all.at(-1)?.id ?? 0);
        if (page.length === 0) return all;
        all.push(...page);
      }
    },
    /** An administrator at the server's command line, while it runs. */
    async server(...words: string[]): Promise<string> {
      const args = [serverProgram, ...words, '--data', path.join(data, 'server')];
      const { stdout } = await run(process.execPath, args, { seconds: 60 });
      return stdout.trim();
    },
    async launch({
      display,
      demoKeys = true,
      env: more = {},
    }: {
      readonly display?: string;
      /** Show the Demo keys window: it belongs to the demo, not to the product. */
      readonly demoKeys?: boolean;
      /** More of its environment. */
      readonly env?: Record<string, string>;
    } = {}): Promise<{ agent: RunningAgent; station: Station }> {
      const env: Record<string, string> = { ...stack.agentEnvironment, ...more };
      if (!demoKeys) delete env['WARDLOCK_DEMO_KEYS'];
      const agent = await launchAgent({ env, ...(display === undefined ? {} : { display }) });
      agents.push(agent);
      return { agent, station: stationDriver(agent.app, keys) };
    },
    async stop() {
      for (const agent of agents) await agent.stop();
      keys.close();
      await stack.stop();
      await rm(data, { recursive: true, force: true });
    },
  };
}

export type Demo = Awaited<ReturnType<typeof startDemo>>;
