import { expect, test } from '@playwright/test';
import { startDemo } from '../support/demo.ts';
import { until } from '../support/station.ts';
import { startDisplay } from '../../tools/display.mjs';

const ROUNDS = 10;

test(`kill -9 of the agent at ${ROUNDS} random points after the PIN loses and doubles nothing`, async () => {
  test.setTimeout(10 * 60_000);
  const seed = Number(process.env['WARDLOCK_SEED'] ?? Math.floor(Math.random() * 2 ** 31));
  process.stdout.write(`seed ${seed}\n`);
  let state = seed;
  const random = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return state / 0x7fff_ffff;
  };
  const demo = await startDemo();
  const display = await startDisplay();
  const { nurse } = demo;
  let sessionsSeen = 0;
  try {
    await demo.keys.touchAutomatically(true, 20);
    for (let round = 0; round < ROUNDS; round++) {
      const { agent, station } = await demo.launch({ display: display.name });
      await station.stepIs('waiting');
      expect((await station.shown()).filter((path) => path !== '/')).toEqual(['/curtain']);
      await demo.keys.insert(nurse.id);
      await station.stepIs('pin');
      await station.typePin(nurse.pin);
      // Every second one from within a session: a slow machine may reach none by chance.
      if (round % 2 === 1) await station.screenIs('session');
      await new Promise((resolve) => setTimeout(resolve, random() * 400));
      const seen = await station.view().then(
        ({ screen }) => screen.kind,
        () => 'gone',
      );
      await agent.kill();
      if (seen === 'session') sessionsSeen++;
      await demo.keys.remove();
    }
    const { station } = await demo.launch({ display: display.name });
    await station.stepIs('waiting');
    const all = await until(
      'every start at the server',
      async () => {
        const stored = await demo.allEvents();
        const boots = new Set(stored.map(({ event }) => event.boot));
        return boots.size === ROUNDS + 1 && stored.at(-1)?.event.type !== 'session.lost'
          ? stored
          : undefined;
      },
      60,
    );
    expect(all.map(({ event }) => event.seq)).toEqual(all.map((_, index) => index + 1));
    all.forEach(({ event }, index) => {
      expect(event.prev).toBe(index === 0 ? '0'.repeat(64) : all[index - 1]?.hash);
    });
    expect(all.filter(({ verdict }) => verdict !== 'verified')).toEqual([]);
    // Whatever was on screen had been written; whatever was written and not ended is told as lost.
    const opened = all.filter(({ event }) => event.type === 'session.opened');
    const lost = all.filter(({ event }) => event.type === 'session.lost');
    expect(sessionsSeen).toBeGreaterThanOrEqual(ROUNDS / 2);
    expect(opened.length).toBeGreaterThanOrEqual(sessionsSeen);
    expect(lost.map(({ event }) => event.session)).toEqual(
      opened.map(({ event }) => event.session),
    );
  } finally {
    await demo.stop();
    await display.stop();
  }
});
