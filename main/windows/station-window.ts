import { BrowserWindow, type BrowserWindowConstructorOptions, type Session } from 'electron';

/** A window of the station's own pages, made hidden and unable to be closed by a key stroke. */
export function stationWindow(
  partition: Session,
  preload: string,
  options: BrowserWindowConstructorOptions,
): BrowserWindow {
  const window = new BrowserWindow({
    show: false,
    frame: false,
    resizable: false,
    movable: false,
    minimizable: false,
    closable: false,
    fullscreenable: false,
    skipTaskbar: true,
    hasShadow: false,
    enableLargerThanScreen: true,
    backgroundColor: '#b5d1c4',
    ...options,
    webPreferences: {
      session: partition,
      preload,
      contextIsolation: true,
      sandbox: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      devTools: false,
      // The clock and the countdown go on behind other windows.
      backgroundThrottling: false,
    },
  });
  window.setMenu(null);
  return window;
}

/** Resolves when the window's page has been drawn once, also while it is hidden. */
export const firstPaint = (window: BrowserWindow): Promise<void> =>
  new Promise((resolve) => {
    window.once('ready-to-show', resolve);
  });
