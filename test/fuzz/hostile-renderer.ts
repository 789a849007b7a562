import assert from 'node:assert/strict';
import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Page } from '@playwright/test';
import { startDemo } from '../support/demo.ts';
import { launchElectron } from '../support/electron-app.ts';
import { station as stationDriver, until } from '../support/station.ts';
import { RAW_BRIDGE, callAll, hostileBursts } from './hostile-calls.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** The agent, its preload scripts with a way to every channel. */
async function hostileBundle(): Promise<string> {
  const folder = path.join(root, 'out', 'agent-hostile');
  await rm(folder, { recursive: true, force: true });
  await cp(path.join(root, 'out', 'agent-dev'), folder, { recursive: true });
  for (const name of ['preload.cjs', 'app-preload.cjs']) {
    const file = path.join(folder, name);
    await writeFile(file, RAW_BRIDGE + (await readFile(file, 'utf8')));
  }
  return folder;
}

interface Outcome {
  readonly answer?: unknown;
  readonly refusal?: string;
}

/**
 * Runs about `calls` arbitrary messages, a third each: from an app's page while its session is open; from that
 * page and the station's own behind the curtain, another member's key in; from the station's own while it is open.
 * Throws at the first thing that is wrong.
 */
export async function fuzzRenderer(calls: number, seed: number): Promise<void> {
  const folder = await hostileBundle();
  const demo = await startDemo();
  const [, , administrator] = demo.stack.people;
  const agent = await launchElectron(folder, { env: demo.stack.agentEnvironment });
  const station = stationDriver(agent.app, demo.keys);
  let opened = 0;
  const open = async (person: typeof demo.nurse) => {
    await station.open(person);
    opened++;
  };
  const press = async (name: string) => {
    await (await station.bar()).getByRole('button', { name, exact: true }).click();
    await station.screenIs('curtain');
  };
  const shown = async () => (await station.shown()).filter((name) => name !== '/');
  const burst = async (page: Page, what: readonly string[], secrets: readonly string[]) => {
    const answers = await page.evaluate<string>(callAll(what));
    for (const secret of secrets)
      if (answers.includes(secret)) assert.fail(`${secret} in the answers to ${what.join('; ')}`);
    return JSON.parse(answers) as readonly Outcome[];
  };
  const fromApp = async (page: Page, what: readonly string[]) => {
    const outcomes = await burst(page, what, []);
    outcomes.forEach(({ answer, refusal }, index) => {
      if (answer !== undefined || (what[index]?.includes('raw.invoke') && refusal === undefined))
        assert.fail(`an app was answered: ${what[index]}`);
    });
  };
  /** Nothing but these is on the screen, and one of the first two is. */
  const onScreen = async (allowed: readonly string[], what: readonly string[]) => {
    const now = await shown();
    const isCovered = allowed.slice(0, 2).some((name) => now.includes(name));
    if (!isCovered || now.some((name) => !allowed.includes(name)))
      assert.fail(`${now.join(' ') || 'nothing'} on the screen after ${what.join('; ')}`);
  };

  try {
    const all = hostileBursts(calls, seed);
    const third = Math.ceil(all.length / 3);
    await station.stepIs('waiting');
    await open(demo.physician);
    await press('Switch');
    await open(demo.nurse);
    const chart = await station.clinicalApp('/chart', -1);
    const { screen: before } = await station.view();

    for (const what of all.slice(0, third)) await fromApp(chart, what);
    // However often it asks: main's log keeps what is older, and the ledger hears of it once.
    const flood = Array.from({ length: 500 }, () => "() => raw.invoke('station:ask:drawn', [])");
    await fromApp(chart, flood);
    const log = await readFile(path.join(demo.data, 'station', 'agent.log'), 'utf8');
    const refused = log.match(/"ipc:bad-sender".*drawn/g) ?? [];
    if (refused.length > 5) assert.fail(`${refused.length} lines for one thing that is repeated`);
    await until('the attempts at the server', async () =>
      (await demo.allEvents()).some(
        ({ event }) => event.type === 'app.blocked' && event.detail['what'] === 'ipc',
      ),
    );
    const { screen: after } = await station.view();
    if (after.kind !== 'session' || before.kind !== 'session' || after.session !== before.session)
      assert.fail('an app has changed what is on the screen');

    await press('Lock');
    await demo.keys.insert(administrator?.id ?? '');
    const own = [await station.curtain(), await station.bar(), await station.overlay()] as const;
    // In front of the whole names and the ids stand "Maria L." and "Dr. Chen W.".
    const hidden = ['Maria Lopez', demo.nurse.id, 'Chen Wei', demo.physician.id];
    for (const [index, what] of all.slice(third, 2 * third).entries()) {
      if (index % 4 === 3) await fromApp(chart, what);
      else await burst(own[index % 4] ?? own[0], what, hidden);
      await onScreen(['/curtain'], what);
    }
    await demo.keys.remove();

    const home = async () => {
      const curtain = await station.curtain();
      await curtain.evaluate('station.cancel()');
      await curtain.evaluate("station.setLanguage('en')");
      await station.stepIs('waiting');
      await open(demo.nurse);
    };
    await home();
    for (const [index, what] of all.slice(2 * third).entries()) {
      if ((await station.view()).screen.kind === 'curtain') await home();
      await burst(own[index % 3] ?? own[0], what, ['Chen Wei', demo.physician.id]);
      await onScreen(
        ['/curtain', '/bar', '/overlay', '/chart', '/medication', '/labs', 'blank'],
        what,
      );
    }

    // Everything still works, for the one who has the key, and the ledger knows of nobody else.
    await own[0].evaluate('station.lock()');
    await home();
    const stored = await until('the last access at the server', async () => {
      const events = (await demo.allEvents()).map(({ event }) => event);
      const ins = events.filter(({ type }) => /^session\.(opened|resumed)$/.test(type));
      return ins.length >= opened ? { events, ins } : undefined;
    });
    if (stored.ins.length !== opened) assert.fail(`${stored.ins.length} accesses, not ${opened}`);
    if (new Set(stored.events.map(({ boot }) => boot)).size !== 1)
      assert.fail('main was started again');
  } finally {
    await agent.stop();
    await demo.stop();
    await rm(folder, { recursive: true, force: true });
  }
}
