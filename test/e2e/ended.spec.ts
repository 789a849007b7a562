import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { type Demo, startDemo } from '../support/demo.ts';
import type { RunningAgent } from '../support/electron-app.ts';
import { type Screen, now, openScreen } from '../support/screen.ts';
import { until } from '../support/station.ts';
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

/** What a session showed must not outlive main's power to cover it (ADR 10). */
test.describe('main in the middle of a session', () => {
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
      await screen.when('the session', (look) => look !== curtain);
      const session = screen.look();
      const end = new Promise((resolve) => {
        agent.app.process().once('exit', (_code, signal) => resolve(signal));
      });

      const begun = now();
      happen(agent);
      const gone = await screen.when('anything but the session', (look) => look !== session);
      process.stdout.write(`${how}: readable for ${(gone - begun).toFixed(0)} ms\n`);
      expect(await end).toBe('SIGKILL');
      await until('a screen without windows', async () => (await hands.windows()).length === 0);
      expect(new Set(screen.look().split(' ')).size).toBe(1);

      const log = await readFile(path.join(demo.data, 'station', 'agent.log'), 'utf8');
      const ended = log.split('\n').filter((line) => line.includes('"code":"hung"')).length;
      expect(ended).toBe(turn);

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
