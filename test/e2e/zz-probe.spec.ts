import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { launchAgent } from '../support/electron-app.ts';

test('probe @security', async () => {
  const agent = await launchAgent({ env: {}, bundle: 'probe' as 'agent' });
  console.log(agent.runtime, process.getuid?.(), process.cwd());
  const w = await agent.app.firstWindow();
  expect(await w.innerText('h1')).toBe('hi');
  const metrics = await agent.app.evaluate(({ app }) => app.getAppMetrics().map((m) => ({ type: m.type, pid: m.pid, sandboxed: m.sandboxed })));
  for (const m of metrics.filter((m) => m.type === 'Tab')) {
    const status = await readFile(`/proc/${m.pid}/status`, 'utf8');
    console.log(m, /Seccomp:\s*\d/.exec(status)?.[0], /NoNewPrivs:\s*\d/.exec(status)?.[0], /Uid:.*/.exec(status)?.[0]);
    expect(status).toMatch(/^Seccomp:\s*2$/m);
  }
  await agent.stop();
});
