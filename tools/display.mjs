// A display of one's own: Xvfb on the first free number, ended with whoever started it.
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from './run.mjs';
import { endingWithUs, supervise } from './service.mjs';

/**
 * @param {{ width?: number, height?: number, frameBuffer?: string }} [options] size in pixels; folder for the
 * file of the frame buffer (Xvfb_screen0, an X Window Dump)
 * @returns {Promise<{ name: string, stop: () => Promise<void>, screenshot: (file: string) => Promise<void> }>}
 * `name` is for DISPLAY
 */
export async function startDisplay({ width = 1920, height = 1080, frameBuffer } = {}) {
  const screen = ['-screen', '0', `${width}x${height}x24`];
  const server = ['-displayfd', '3', ...screen, '-nolisten', 'tcp', '-noreset'];
  if (frameBuffer !== undefined) server.push('-fbdir', frameBuffer);
  const child = spawn(...endingWithUs('Xvfb', server), {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  const service = supervise('Xvfb', child);
  const number = await Promise.race([
    new Promise((resolve) => child.stdio[3]?.once('data', (data) => resolve(String(data).trim()))),
    service.exited.then(() => undefined),
    sleep(20_000, undefined, { ref: false }),
  ]);
  if (!number) {
    await service.kill();
    throw new Error(`Xvfb gave no display\n${service.log()}`);
  }
  const name = `:${number}`;
  return {
    name,
    stop: service.stop,
    screenshot: async (file) => {
      await run('import', ['-display', name, '-window', 'root', file], { seconds: 30 });
    },
  };
}
