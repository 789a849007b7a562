import { BrowserWindow, app, screen, session } from 'electron';
import { denyEverything } from './lockdown.ts';

const RESTACK_MS = 120;

/**
 * Development builds only (`__SIMULATED_KEYS__`): the page of the simulated keys in a small window of its
 * own, above the curtain, so that a newcomer can insert, touch and pull keys. Closing it ends the demo.
 */
export function demoKeysWindow(address: string): { raise(): void } {
  const { hostname } = new URL(address);
  if (hostname !== '127.0.0.1')
    throw new Error(`WARDLOCK_DEMO_KEYS is ${address}: it must be on 127.0.0.1`);
  const partition = session.fromPartition('demo-keys');
  denyEverything(partition);
  const { workArea } = screen.getPrimaryDisplay();
  const [width, height] = [420, Math.min(760, workArea.height - 160)];
  const window = new BrowserWindow({
    title: 'Demo keys (simulation)',
    width,
    height,
    // Between the clock and the opening in the curtain, where the PIN pad is.
    x: workArea.x + Math.round(workArea.width * 0.65) - width - 16,
    y: workArea.y + workArea.height - height - 24,
    show: false,
    // The keyboard stays at the station, where the PIN is typed; window managers leave it alone.
    focusable: false,
    skipTaskbar: true,
    webPreferences: { session: partition, contextIsolation: true, sandbox: true, devTools: false },
  });
  window.setMenu(null);
  window.on('closed', () => app.quit());
  window.loadURL(address).catch(() => app.quit());
  const raise = () => {
    if (window.isDestroyed()) return;
    window.setAlwaysOnTop(true, 'screen-saver', 1);
    window.showInactive();
    window.moveTop();
  };
  window.webContents.once('did-finish-load', raise);
  // Windows that are being shown now come to the front a moment later. (Raising without taking the focus
  // needs a window manager; on a bare display the window stays where it is.)
  return { raise: () => void setTimeout(raise, RESTACK_MS) };
}
