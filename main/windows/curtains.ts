import { type BrowserWindow, type Display, type Rectangle, screen } from 'electron';

/** A program that takes the focus again and again does not keep main busy. */
const REFOCUS_MS = 100;

export interface Curtains {
  /** Covers every display; synchronous, and repeated calls are harmless. */
  cover(): void;
  /** Takes the curtain from the working display; the others stay covered. */
  uncover(): void;
}

/**
 * Chromium on X11 takes one pixel off a window that is exactly as large as its display, so that no window
 * manager takes it for full screen: a line of the desktop would show. One pixel more, and it stays.
 */
export function coveringBounds({ bounds }: Display): Rectangle {
  const more = process.platform === 'linux' ? 1 : 0;
  return { ...bounds, width: bounds.width + more, height: bounds.height + more };
}

/**
 * One curtain for each display, made in advance and kept at the display's bounds. `kiosk` is not used:
 * without a window manager it does not fill the screen, with one it shows hidden windows.
 */
export function curtains(
  make: (display: Display, isWorking: boolean) => BrowserWindow,
  onChanged: () => void,
): Curtains {
  const byDisplay = new Map<
    number,
    { readonly window: BrowserWindow; readonly isWorking: boolean }
  >();
  let covered = true;

  const raise = (window: BrowserWindow) => {
    window.setAlwaysOnTop(true, 'screen-saver');
    window.show();
    window.moveTop();
  };

  /** What is typed at the curtain is a PIN: another program, or display, that takes the focus does not keep it. */
  const made = (display: Display, isWorking: boolean) => {
    const window = make(display, isWorking);
    const refocus = () => {
      if (!covered || window.isDestroyed() || window.isFocused()) return;
      raise(window);
      window.focus();
    };
    if (isWorking) window.on('blur', () => void setTimeout(refocus, REFOCUS_MS));
    return window;
  };

  const place = (window: BrowserWindow, display: Display) => {
    const now = window.getBounds();
    const wanted = coveringBounds(display);
    const { x, y, width, height } = wanted;
    if (now.x !== x || now.y !== y || now.width !== width || now.height !== height) {
      window.setBounds(wanted);
    }
  };

  const arrange = () => {
    const displays = screen.getAllDisplays();
    const working = screen.getPrimaryDisplay().id;
    for (const display of displays) {
      const isWorking = display.id === working;
      const before = byDisplay.get(display.id);
      const isUsable = before?.isWorking === isWorking && !before.window.isDestroyed();
      const window = isUsable ? before.window : made(display, isWorking);
      byDisplay.set(display.id, { window, isWorking });
      place(window, display);
      if (covered || !isWorking) raise(window);
      // The display has changed its part: the old curtain goes once the new one is there.
      if (!isUsable && before && !before.window.isDestroyed()) before.window.destroy();
    }
    for (const [id, { window }] of byDisplay) {
      if (displays.some((display) => display.id === id)) continue;
      byDisplay.delete(id);
      window.destroy();
    }
  };

  arrange();
  const changed = () => {
    arrange();
    onChanged();
  };
  screen.on('display-added', changed);
  screen.on('display-removed', changed);
  // A keyboard on the glass or a panel takes of the work area; the display is the same.
  screen.on('display-metrics-changed', (_event, _display, metrics) => {
    if (metrics.join() !== 'workArea') changed();
  });

  return {
    cover() {
      covered = true;
      arrange();
      byDisplay.get(screen.getPrimaryDisplay().id)?.window.focus();
    },
    uncover() {
      covered = false;
      byDisplay.get(screen.getPrimaryDisplay().id)?.window.hide();
    },
  };
}
