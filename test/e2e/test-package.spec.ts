import { expect, test } from '@playwright/test';
import { words as en } from '../../renderer/i18n/words/en.ts';
import { startDisplay } from '../../tools/display.mjs';
import { packedAgents } from '../support/packed-agent.ts';
import { until } from '../support/station.ts';
import { handsOn } from '../support/x11.ts';
import { expectHardened } from '../support/window-preferences.ts';

/** The test package is the production package but for one fuse (package.spec.ts): what is seen in it is true of both. */
test.describe.configure({ mode: 'serial' });

let packages: Awaited<ReturnType<typeof packedAgents>>;
let display: Awaited<ReturnType<typeof startDisplay>>;

test.beforeAll(async () => {
  packages = await packedAgents();
  display = await startDisplay();
});
test.afterAll(async () => {
  await packages?.stop();
  await display?.stop();
});

test('the test package is driven from inside: packed, at the curtain, no window with a right too many', async () => {
  const app = await packages.drive(display.name);
  try {
    const curtain = await until('the curtain', () =>
      app.windows().find((page) => new URL(page.url()).pathname === '/curtain'),
    );
    await expect(curtain.getByRole('heading', { name: en.setup.title })).toBeVisible();
    expect(await app.evaluate(({ app: inside }) => inside.isPackaged)).toBe(true);
    expect(await expectHardened(app)).toContain('/curtain');
  } finally {
    await app.close();
  }
});

test('SIGUSR1 opens an inspector in the test package: what production is silent about is heard here', async () => {
  const running = await packages.start(packages.inspectable, { env: { DISPLAY: display.name } });
  const hands = handsOn(display.name);
  await until('the curtain', async () =>
    (await hands.windows()).some(({ width }) => width >= 1920),
  );
  running.child.kill('SIGUSR1');
  await until('the inspector', () => /Debugger listening/.test(running.output()));
  running.child.kill('SIGKILL');
  await running.code;
});
