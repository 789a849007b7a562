import type { InMain } from './inspected-agent.ts';
import type { StationView } from '../../preload/contract.ts';
import type { Control } from './simulator.ts';
import { type DemoPerson, until } from './station.ts';

/**
 * A person in front of a station whose pages Playwright cannot reach any more: it gives up a page for good
 * once its renderer has died, and all of them when the computer sleeps. The way through main stays.
 */
export function throughMain(app: InMain, keys: Control) {
  /** What this code says in the page with this path; undefined where it does not answer within a second. */
  const run = <T>(path: string, code: string): Promise<T | undefined> =>
    app.evaluate(
      ({ BrowserWindow }, [where, what]) => {
        const window = BrowserWindow.getAllWindows().find((one) => {
          const url = one.webContents.getURL();
          return url !== '' && new URL(url).pathname === where;
        });
        if (!window || window.webContents.isCrashed() || window.webContents.isLoading()) return;
        return Promise.race([
          window.webContents.executeJavaScript(what).catch(() => undefined) as Promise<T>,
          new Promise<undefined>((resolve) => {
            setTimeout(() => resolve(undefined), 1_000);
          }),
        ]);
      },
      [path, code] as const,
    );
  /** Key strokes to the curtain. */
  const type = (strokes: readonly string[]) =>
    app.evaluate(({ BrowserWindow }, codes) => {
      const curtain = BrowserWindow.getAllWindows().find((window) =>
        window.webContents.getURL().endsWith('/curtain'),
      );
      for (const keyCode of codes) {
        curtain?.webContents.sendInputEvent({ type: 'keyDown', keyCode });
        curtain?.webContents.sendInputEvent({ type: 'keyUp', keyCode });
      }
    }, strokes);
  const stepIs = (kind: string, seconds?: number) =>
    until(
      `the curtain's step ${kind}`,
      async () => {
        const view = await run<StationView>('/curtain', 'station.view()');
        const screen = view?.screen;
        return screen?.kind === 'curtain' ? screen.step.kind === kind : screen?.kind === kind;
      },
      seconds,
    );
  return {
    run,
    type,
    /** `session` for an open one. */
    stepIs,
    async open({ id, pin }: DemoPerson) {
      await keys.touchAutomatically(true);
      await keys.insert(id);
      await stepIs('pin');
      await until('the pad', () => run('/curtain', "document.querySelector('.pad') !== null"));
      await type([...pin, 'Enter']);
      await stepIs('session');
      await keys.remove();
      await keys.touchAutomatically(false);
    },
  };
}
