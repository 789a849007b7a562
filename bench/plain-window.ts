import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ElectronApplication, Page } from '@playwright/test';

const main = `
const { app, BrowserWindow } = require('electron');
app.on('window-all-closed', () => undefined);
app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1921, height: 1081, frame: false, show: false });
  window.loadURL('data:text/html,<title>plain</title><h1>plain');
  window.show();
});`;

/** The baseline: an Electron app with one empty window as large as the display. */
export async function emptyApp(): Promise<{ readonly folder: string; remove(): Promise<void> }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wardlock-empty-'));
  const manifest = { name: 'empty', productName: 'empty', version: '0.0.0', main: 'main.cjs' };
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(path.join(folder, 'main.cjs'), main);
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Milliseconds since the epoch with fractions, comparable between the processes of one machine. */
export const now = (): number => performance.timeOrigin + performance.now();

/** When a page that is hidden now has become visible and drawn two frames. */
export const nextPaint = (page: Page): Promise<number> =>
  page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        document.addEventListener('visibilitychange', function shown() {
          if (document.visibilityState !== 'visible') return;
          document.removeEventListener('visibilitychange', shown);
          requestAnimationFrame(() =>
            requestAnimationFrame(() => resolve(performance.timeOrigin + performance.now())),
          );
        });
      }),
  );

/** Polled by a timer: a hidden page draws no frames. */
export const untilHidden = (page: Page) =>
  page.waitForFunction(() => document.visibilityState === 'hidden', undefined, { polling: 20 });

/** How long the empty app's window takes from show() to its second frame, `times` times. */
export async function plainShows(app: ElectronApplication, times: number): Promise<number[]> {
  const page = await app.firstWindow();
  const toggle = (visible: boolean) =>
    app.evaluate(({ BrowserWindow }, show) => {
      const [window] = BrowserWindow.getAllWindows();
      const at = performance.timeOrigin + performance.now();
      if (show) window?.show();
      else window?.hide();
      return at;
    }, visible);
  const samples: number[] = [];
  for (let i = 0; i < times; i++) {
    await toggle(false);
    await untilHidden(page);
    const painted = nextPaint(page);
    const since = await toggle(true);
    samples.push((await painted) - since);
  }
  return samples;
}
