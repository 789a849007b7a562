import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { type Demo, startDemo } from '../support/demo.ts';
import { startDisplays } from '../support/displays.ts';
import type { RunningAgent } from '../support/electron-app.ts';
import { BLACK, type Look, type Screen, now, openScreen } from '../support/screen.ts';
import { type Station, until } from '../support/station.ts';
import { handsOn } from '../support/x11.ts';

const ways: Readonly<Record<string, (agent: RunningAgent) => void>> = {
  killed: (agent) => agent.app.process().kill('SIGKILL'),
  stopped: (agent) => agent.app.process().kill('SIGSTOP'),
  'kept busy': (agent) => {
    const forever = () => {
      for (;;);
    };
    agent.app.evaluate(forever).catch(() => undefined);
  },
};

/** How the session looks once its app has drawn itself: the ground of the app's window comes before it. */
async function atRest(station: Station, screen: Screen, curtain: Look): Promise<Look> {
  const chart = await station.clinicalApp('/chart');
  await chart.evaluate(async () => {
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  });
  let last = curtain;
  return until('the session at rest', async () => {
    const before = last;
    await new Promise((resolve) => setTimeout(resolve, 200));
    last = screen.look();
    return last === before && last !== curtain && last;
  });
}

/** What a session showed must not outlive main's power to cover it (ADR 10). */
test.describe('main in the middle of a session', () => {
  // Each counts what the ones before have left in the log and at the server.
  test.describe.configure({ mode: 'serial' });
  let demo: Demo;
  let screen: Screen;
  test.beforeAll(async () => {
    demo = await startDemo();
    screen = await openScreen();
  });
  test.afterAll(async () => {
    await demo.stop();
    await screen.close();
  });

  for (const [turn, [how, happen]] of Object.entries(ways).entries())
    test(`${how}: what it showed goes, and the next start is locked`, async () => {
      const hands = handsOn(screen.display);
      const { agent, station } = await demo.launch({ display: screen.display, demoKeys: false });
      await station.stepIs('waiting');
      const curtain = screen.look();
      await station.open(demo.nurse);
      await atRest(station, screen, curtain);
      const end = new Promise((resolve) => {
        agent.app.process().once('exit', (_code, signal) => resolve(signal));
      });

      const begun = now();
      happen(agent);
      const [gone, signal] = await Promise.all([
        screen.when('nothing', (look) => look === BLACK),
        end,
      ]);
      expect(signal).toBe('SIGKILL');
      process.stdout.write(`${how}: readable for ${(gone - begun).toFixed(0)} ms\n`);
      expect(await hands.windows()).toEqual([]);

      // The key process writes it once main has gone.
      await until('the word of it in the log', async () => {
        const log = await readFile(path.join(demo.data, 'station', 'agent.log'), 'utf8');
        return log.split('\n').filter((line) => line.includes('"code":"hung"')).length === turn;
      });

      const next = await demo.launch({ display: screen.display, demoKeys: false });
      await next.station.stepIs('waiting');
      expect((await next.station.shown()).filter((name) => name !== '/')).toEqual(['/curtain']);
      await until('the lost sessions', async () => {
        const lost = (await demo.allEvents()).filter(({ event }) => event.type === 'session.lost');
        return lost.length === turn + 1;
      });
      await next.agent.stop();
    });
});

test('main that hangs with two displays leaves nothing on either', async () => {
  const displays = await startDisplays([
    { x: 0, y: 0, width: 1280, height: 800 },
    { x: 1280, y: 0, width: 1024, height: 768 },
  ]);
  const demo = await startDemo();
  const hands = handsOn(displays.name);
  const widths = async () => new Set((await hands.windows()).map(({ width }) => width));
  try {
    const { agent, station } = await demo.launch({ display: displays.name, demoKeys: false });
    await station.stepIs('waiting');
    await station.open(demo.nurse);
    await until('the session', async () => (await station.shown()).includes('/chart'));
    // The other display has its curtain, which Chromium makes a pixel larger.
    expect([...(await widths())].toSorted((a, b) => a - b)).toEqual([1025, 1280]);
    agent.app.process().kill('SIGSTOP');
    await once(agent.app.process(), 'exit');
    await until('displays without windows', async () => (await widths()).size === 0);
  } finally {
    await demo.stop();
    await displays.stop();
  }
});
