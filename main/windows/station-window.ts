import { BrowserWindow, type BrowserWindowConstructorOptions, type Session } from 'electron';

/** Of a frameless window, made hidden and unable to be moved or closed by a key stroke, with a page that has no rights. */
export const sandboxed = (
  { webPreferences, ...options }: BrowserWindowConstructorOptions,
  partition: Session,
): BrowserWindowConstructorOptions => ({
  show: false,
  frame: false,
  resizable: false,
  movable: false,
  minimizable: false,
  closable: false,
  skipTaskbar: true,
  hasShadow: false,
  ...options,
  webPreferences: {
    ...webPreferences,
    session: partition,
    contextIsolation: true,
    sandbox: true,
    nodeIntegration: false,
    webviewTag: false,
    spellcheck: false,
    devTools: false,
  },
});

export function sandboxedWindow(
  options: BrowserWindowConstructorOptions,
  partition: Session,
): BrowserWindow {
  const window = new BrowserWindow(sandboxed(options, partition));
  window.setMenu(null);
  return window;
}

/** A window of the station's own pages. Its ground is cloth before anything is drawn. */
export const stationWindow = (
  partition: Session,
  preload: string,
  options: BrowserWindowConstructorOptions,
): BrowserWindow => {
  const window = sandboxedWindow(
    {
      fullscreenable: false,
      enableLargerThanScreen: true,
      backgroundColor: '#b5d1c4',
      ...options,
      // The clock and the countdown go on behind other windows.
      webPreferences: { preload, backgroundThrottling: false },
    },
    partition,
  );
  // No key stroke of the system closes it (`closable` does nothing on Linux); destroy() does.
  window.on('close', (event) => event.preventDefault());
  return window;
};

/** Resolves when the window's page has been drawn once while hidden, or when the window is shown undrawn. */
export const firstPaint = (window: BrowserWindow): Promise<void> =>
  new Promise((resolve) => {
    window.once('ready-to-show', resolve);
    // A window that is visible before its first frame never reports it.
    window.once('show', resolve);
  });
