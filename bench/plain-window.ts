import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ElectronApplication } from '@playwright/test';
import { BLACK, type Screen } from '../test/support/screen.ts';

/** The empty app's page, which is white before it is drawn. */
export const GREEN = '008000ff 008000ff 008000ff';

const main = `
const { app, BrowserWindow } = require('electron');
app.on('window-all-closed', () => undefined);
app.whenReady().then(() => {
  const window = new BrowserWindow({ width: 1921, height: 1081, frame: false, show: false });
  window.loadURL('data:text/html,<title>plain</title><body bgcolor=green><h1>plain');
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

/** How long the empty app's window takes from show() until it is on the display, `times` times. */
export async function plainShows(
  app: ElectronApplication,
  screen: Screen,
  times: number,
): Promise<number[]> {
  await app.firstWindow();
  const toggle = (visible: boolean) =>
    app.evaluate(({ BrowserWindow }, show) => {
      const [window] = BrowserWindow.getAllWindows();
      const at = performance.timeOrigin + performance.now();
      if (show) window?.show();
      else window?.hide();
      return at;
    }, visible);
  await screen.when('the window', (look) => look !== BLACK);
  const samples: number[] = [];
  for (let i = 0; i < times; i++) {
    await toggle(false);
    await screen.when('nothing', (look) => look === BLACK);
    const [painted, since] = await Promise.all([
      screen.when('the window', (look) => look !== BLACK),
      toggle(true),
    ]);
    samples.push(painted - since);
  }
  return samples;
}
