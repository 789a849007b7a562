import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Page, expect, test } from '@playwright/test';
import { stationContract } from '../../preload/contract.ts';
import { type Demo, startDemo } from '../support/demo.ts';
import { type Station, until } from '../support/station.ts';

const root = path.resolve(import.meta.dirname, '../..');
const kinds = ['/curtain', '/bar', '/overlay', '/chart', '/medication', '/labs'] as const;

/**
 * Electron's security checklist (https://www.electronjs.org/docs/latest/tutorial/security), point by point, for
 * every kind of window. What other tests show at length is named here with them.
 */
test.describe('@security electron’s checklist', () => {
  test.describe.configure({ mode: 'serial' });
  let demo: Demo;
  let station: Station;
  const pages = new Map<string, Page>();

  test.beforeAll(async () => {
    demo = await startDemo();
    ({ station } = await demo.launch({ demoKeys: false }));
    await station.stepIs('waiting');
    await station.open(demo.nurse);
    await (await station.bar()).getByRole('button', { name: 'Labs' }).click();
    for (const kind of kinds)
      pages.set(
        kind,
        await until(`the window ${kind}`, () =>
          station.app.windows().find((page) => new URL(page.url()).pathname === kind),
        ),
      );
  });
  test.afterAll(() => demo.stop());

  const preferences = () =>
    station.app.evaluate(({ BrowserWindow }) =>
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

  test('2–4, 6, 8–11: Node, isolation, sandbox, web security, mixed content, experiments, webviews', async () => {
    const all = await preferences();
    expect(all.map(({ kind }) => kind).sort()).toEqual([...kinds].sort());
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
  });

  test('no page has developer tools, or a spell checker, which would fetch its word lists', async () => {
    const found = await station.app.evaluate(async ({ BrowserWindow }) => {
      const all = BrowserWindow.getAllWindows().map(({ webContents }) => webContents);
      // A window that may have them is asked last: once it has, the others had their time.
      const { webContents: other } = new BrowserWindow({ show: false });
      const opened = new Promise<void>((resolve) => {
        other.once('devtools-opened', () => resolve());
      });
      for (const contents of [...all, other]) contents.openDevTools({ mode: 'detach' });
      await opened;
      other.close();
      return all.map((one) => one.isDevToolsOpened() || one.session.isSpellCheckerEnabled());
    });
    expect(found).toEqual(kinds.map(() => false));
  });

  test('1, 18: nothing is loaded unencrypted but from this computer, and nothing from files', async () => {
    for (const [kind, page] of pages) {
      const { protocol, hostname } = new URL(page.url());
      expect([kind, protocol === 'https:' || hostname === '127.0.0.1']).toEqual([kind, true]);
      const file = await page.evaluate(() =>
        fetch('file:///etc/passwd').then(
          () => 'read',
          () => 'refused',
        ),
      );
      expect([kind, file]).toEqual([kind, 'refused']);
    }
  });

  test('5, 13–15: rights, navigation, windows and other programs are refused to every page', async () => {
    for (const [kind, page] of pages) {
      const before = page.url();
      const answers = await page.evaluate(async () => [
        await Notification.requestPermission(),
        (await navigator.permissions.query({ name: 'geolocation' })).state,
        window.open('https://example.org/') === null,
      ]);
      expect([kind, ...answers]).toEqual([kind, 'denied', 'denied', true]);
      for (const url of ['https://example.org/', 'mailto:a@example.org', 'file:///etc/passwd'])
        await page.evaluate((to) => {
          location.href = to;
        }, url);
      await new Promise((resolve) => setTimeout(resolve, 300));
      expect(page.url()).toBe(before);
    }
    // Nothing in main hands an address to the system at all.
    const main = await readFile(path.join(root, 'out/agent-dev/main.cjs'), 'utf8');
    expect(main).not.toMatch(/\.openExternal\(|\.openPath\(/);
  });

  test('7: every page has a policy; the station’s own loads nothing but itself', async () => {
    for (const kind of ['/curtain', '/bar', '/overlay']) {
      const policy = await station.app.evaluate(
        async ({ session }, to) =>
          (
            await session.fromPartition('station-pages').fetch(`https://localhost${to}`)
          ).headers.get('content-security-policy'),
        kind,
      );
      expect(policy).toMatch(/default-src 'none'.*script-src 'self';/);
      expect(policy).not.toMatch(/unsafe|\*|data:/);
    }
    // An app's own policy is added to, never replaced: test/e2e/hostile.spec.ts, main/windows/app-headers.test.ts.
  });

  test('12: a webview is not made', async () => {
    for (const [kind, page] of pages) {
      const made = await page.evaluate(() => {
        const view = document.createElement('webview');
        view.setAttribute('src', 'https://example.org/');
        document.body.append(view);
        const isMade = 'getWebContentsId' in view;
        view.remove();
        return isMade;
      });
      expect([kind, made]).toEqual([kind, false]);
    }
  });

  test('16, 19: the package has the Electron of package-lock.json and its fuses', async () => {
    const lock = JSON.parse(await readFile(path.join(root, 'package-lock.json'), 'utf8')) as {
      packages: Record<string, { version: string }>;
    };
    const manifest = JSON.parse(await readFile(path.join(root, 'package.json'), 'utf8')) as {
      devDependencies: Record<string, string>;
    };
    expect(manifest.devDependencies['electron']).toBe(
      lock.packages['node_modules/electron']?.version,
    );
    // Another one is refused: test/ground/package.test.ts. The fuses: test/e2e/package.spec.ts.
  });

  test('17, 20: pages reach main by the contract, apps not at all', async () => {
    for (const [kind, page] of pages) {
      const found = await page.evaluate(() => ({
        node: [
          'require',
          'process',
          'module',
          'Buffer',
          'global',
          'ipcRenderer',
          'electron',
        ].filter((name) => Reflect.get(window, name) !== undefined),
        station: Object.keys((Reflect.get(window, 'station') as object | undefined) ?? {}).sort(),
      }));
      const isOurs = ['/curtain', '/bar', '/overlay'].includes(kind);
      expect({ kind, ...found }).toEqual({
        kind,
        node: [],
        station: isOurs ? [...Object.keys(stationContract.ask), 'onView'].sort() : [],
      });
    }
    // The sender of every question is checked: test/e2e/shell.spec.ts.
  });
});
