import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startDemoStack } from '../../tools/demo-stack.mjs';
import { startService } from '../../tools/service.mjs';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'wardlock-stack-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A zombie has ended, whether or not somebody has asked how. */
const isRunning = (pid: number) => {
  const file = `/proc/${pid}/status`;
  return existsSync(file) && !/^State:\tZ/m.test(readFileSync(file, 'utf8'));
};

async function until(what: () => boolean): Promise<void> {
  while (!what()) await new Promise((resolve) => setTimeout(resolve, 20));
}

test('a second start keeps people, keys and ports; nothing outlives a stop', async () => {
  const keys = () => readFile(path.join(folder, 'practice.json'), 'utf8');
  const first = await startDemoStack({ data: folder });
  const pids = first.services().map(({ pid }) => pid);
  const { serverUrl, appUrl } = first;
  const credentials = await keys();
  expect(pids).toHaveLength(3);
  expect(pids.every(isRunning)).toBe(true);
  expect((await fetch(appUrl)).status).toBe(200);
  await first.stop();
  expect(pids.filter(isRunning)).toEqual([]);

  const second = await startDemoStack({ data: folder });
  try {
    expect(second).toMatchObject({ serverUrl, appUrl });
    expect(await keys()).toBe(credentials);
  } finally {
    await second.stop();
  }
});

test('the server can be ended as by a power cut, and comes back where it was', async () => {
  const stack = await startDemoStack({ data: folder });
  try {
    const overview = () => {
      const address = new URL(stack.consoleUrl());
      const authorization = `Bearer ${address.searchParams.get('token')}`;
      return fetch(new URL('/v1/console/overview', address), { headers: { authorization } });
    };
    expect((await overview()).status).toBe(200);
    await stack.killServer();
    await expect(overview()).rejects.toThrow();
    await stack.restartServer();
    expect((await overview()).status).toBe(200);
  } finally {
    await stack.stop();
  }
});

test('a program that ends or says nonsense is an error that quotes it', async () => {
  const script = (text: string) => startService('program', ['-e', text]);
  await expect(script("console.error('no such port'); process.exit(3)")).rejects.toThrow(
    /program ended with 3\nno such port/,
  );
  await expect(script("console.log('hello'); setInterval(() => {}, 1000)")).rejects.toThrow(
    /said hello instead of/,
  );
});

test('a program does not outlive who started it, however that one dies', async () => {
  const service = path.resolve(import.meta.dirname, '../../tools/service.mjs');
  const ready = 'console.log(JSON.stringify({ready:true}));setInterval(()=>{},1000)';
  const parent = spawn(process.execPath, [
    '--input-type=module',
    '-e',
    `import { startService } from ${JSON.stringify(service)};
     console.log((await startService('child', ['-e', ${JSON.stringify(ready)}])).pid);`,
  ]);
  const pid = await new Promise<number>((resolve) => {
    parent.stdout.once('data', (data) => resolve(Number(String(data))));
  });
  expect(isRunning(pid)).toBe(true);
  parent.kill('SIGKILL');
  await until(() => !isRunning(pid));
});
