import { type ElectronApplication, expect } from '@playwright/test';

/** What each window of an agent was made with, by the path of its page. */
const preferences = (app: ElectronApplication) =>
  app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows().map(({ webContents }) => {
      const given = (
        webContents as unknown as { getLastWebPreferences(): Record<string, unknown> }
      ).getLastWebPreferences();
      // The session is an object of its own.
      const { session: _session, ...plain } = given;
      return {
        kind: new URL(webContents.getURL()).pathname,
        ...JSON.parse(JSON.stringify(plain)),
      };
    }),
  ) as Promise<readonly Readonly<Record<string, unknown>>[]>;

/** Points 2–4, 6 and 8–11 of Electron's security checklist, for every window; answers with their kinds, sorted. */
export async function expectHardened(app: ElectronApplication): Promise<readonly string[]> {
  const all = await preferences(app);
  for (const { kind, ...given } of all) {
    expect(given, String(kind)).toMatchObject({
      nodeIntegration: false,
      contextIsolation: true,
      sandbox: true,
      webSecurity: true,
      webviewTag: false,
    });
    const dangerous = [
      'nodeIntegrationInWorker',
      'allowRunningInsecureContent',
      'experimentalFeatures',
      'plugins',
      'navigateOnDragDrop',
    ];
    for (const name of dangerous)
      expect([kind, name, given[name] ?? false]).toEqual([kind, name, false]);
    expect(given['enableBlinkFeatures'] ?? '').toBe('');
    // In a sandbox it gives frames the preload script and no Node: test/e2e/undebugged.spec.ts.
    const isOurs = ['/curtain', '/bar', '/overlay'].includes(String(kind));
    expect([kind, given['nodeIntegrationInSubFrames']]).toEqual([kind, !isOurs]);
  }
  return all.map(({ kind }) => String(kind)).sort();
}
