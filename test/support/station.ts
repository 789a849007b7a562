import type { ElectronApplication, Page } from '@playwright/test';
import type { StationView } from '../../preload/contract.ts';
import type { Control } from './simulator.ts';

export interface DemoPerson {
  readonly id: string;
  readonly pin: string;
}

/** Waits until `probe` answers something; the error says what was waited for. */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  seconds = 60,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await probe();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`waited ${seconds} s in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** A person in front of a running station: finds its windows, taps keys, types PINs. */
export function station(app: ElectronApplication, keys: Control) {
  const page = (match: (url: URL) => boolean, what: string) =>
    until(what, () =>
      app.windows().find((window) => {
        try {
          return !window.isClosed() && match(new URL(window.url()));
        } catch {
          return false;
        }
      }),
    );
  const surface = (name: string) =>
    page(
      ({ origin, pathname, search }) =>
        origin === 'https://localhost' && pathname === `/${name}` && search === '',
      `the ${name}`,
    );

  const view = async (): Promise<StationView> => {
    const curtain = await surface('curtain');
    return curtain.evaluate(() =>
      (window as unknown as { station: { view(): Promise<StationView> } }).station.view(),
    );
  };
  const screenIs = (kind: 'curtain' | 'session') =>
    until(`the ${kind} on screen`, async () => (await view()).screen.kind === kind);
  const stepIs = (kind: string) =>
    until(`the curtain's step ${kind}`, async () => {
      const { screen } = await view();
      return screen.kind === 'curtain' && screen.step.kind === kind;
    });

  /** The curtain, once it shows the PIN pad, which is a moment after main has decided so. */
  const pad = async () => {
    await stepIs('pin');
    const curtain = await surface('curtain');
    await curtain.getByRole('group', { name: /PIN/ }).waitFor();
    return curtain;
  };

  /** Presses the digits on the pad, then Open. */
  const typePin = async (pin: string) => {
    const curtain = await surface('curtain');
    for (const digit of pin)
      await curtain.getByRole('button', { name: digit, exact: true }).click();
    await curtain.getByRole('button', { name: /^(Open|Abrir)$/ }).click();
  };

  return {
    app,
    keys,
    view,
    screenIs,
    stepIs,
    pad,
    typePin,
    curtain: () => surface('curtain'),
    bar: () => surface('bar'),
    overlay: () => surface('overlay'),
    /** The page of a clinical app, by its path, e.g. "/chart". */
    clinicalApp: (path: string, instance = 0): Promise<Page> =>
      until(`the app ${path}`, () =>
        app
          .windows()
          .filter((window) => !window.isClosed() && new URL(window.url()).pathname === path)
          .at(instance),
      ),
    /** Key in, PIN, touch: from the curtain to the session. */
    async open({ id, pin }: DemoPerson) {
      await keys.insert(id);
      await stepIs('pin');
      await typePin(pin);
      await until('the key to wait for a touch', async () => (await keys.state()).waitingForTouch);
      await keys.touch();
      await screenIs('session');
      // The key goes back into the pocket.
      await keys.remove();
    },
    /** Which windows the person can see, top-most last is not told by Electron: shown ones by path. */
    shown: () =>
      app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()
          .filter((window) => window.isVisible())
          .map((window) => window.webContents.getURL())
          // A window that has not begun to load shows its ground.
          .map((url) => (url === '' ? 'blank' : new URL(url).pathname)),
      ),
    /** The overlay lies on the app, as large as it and before its page has drawn anything in the colour of cloth. */
    sessionIsCovered: () =>
      until('cloth over all of the app', () =>
        app.evaluate(({ BrowserWindow }) => {
          const [sheet, chart] = ['/overlay', '/chart'].map((path) =>
            BrowserWindow.getAllWindows().find((window) =>
              window.webContents.getURL().endsWith(path),
            ),
          );
          if (!sheet?.isVisible() || !sheet.isAlwaysOnTop() || !chart) return false;
          const isThere = JSON.stringify(sheet.getBounds()) === JSON.stringify(chart.getBounds());
          return isThere && sheet.getBackgroundColor() === '#B5D1C4';
        }),
      ),
  };
}

export type Station = ReturnType<typeof station>;
