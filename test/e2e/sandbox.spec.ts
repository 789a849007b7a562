import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { type Demo, startDemo } from '../support/demo.ts';

test.describe('@security the sandbox', () => {
  let demo: Demo;

  test.beforeAll(async () => {
    demo = await startDemo();
  });
  test.afterAll(() => demo.stop());

  test('nobody here is root, and every page runs behind seccomp without new rights', async () => {
    expect(process.getuid?.(), 'started by tools/test.mjs as another user').not.toBe(0);
    const { agent, station } = await demo.launch();
    await station.stepIs('waiting');
    const pages = await agent.app.evaluate(({ app }) =>
      app.getAppMetrics().flatMap(({ type, pid }) => (type === 'Tab' ? [pid] : [])),
    );
    expect(pages.length).toBeGreaterThan(0);
    for (const pid of pages) {
      const status = await readFile(`/proc/${pid}/status`, 'utf8');
      expect(status).toMatch(/^Seccomp:\t2$/m);
      expect(status).toMatch(/^NoNewPrivs:\t1$/m);
      expect(status).not.toMatch(/^Uid:\t0\t/m);
    }
  });
});
