import { BrowserWindow, type BrowserWindowConstructorOptions, type Session } from 'electron';

/** A frameless window, made hidden and unable to be moved or closed by a key stroke, with a page that has no rights. */
export function sandboxedWindow(
  { webPreferences, ...options }: BrowserWindowConstructorOptions,
  partition: Session,
): BrowserWindow {
  const window = new BrowserWindow({
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
  window.setMenu(null);
  return window;
}

/** A window of the station's own pages. Its ground is cloth before anything is drawn. */
export const stationWindow = (
  partition: Session,
  preload: string,
  options: BrowserWindowConstructorOptions,
): BrowserWindow =>
  sandboxedWindow(
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

/** Resolves when the window's page has been drawn once, also while it is hidden. */
export const firstPaint = (window: BrowserWindow): Promise<void> =>
  new Promise((resolve) => {
    window.once('ready-to-show', resolve);
  });
