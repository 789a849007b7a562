import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { type Page, expect, test } from '@playwright/test';
import { stationContract } from '../../preload/contract.ts';
import { type Demo, startDemo } from '../support/demo.ts';
import { type Station, until } from '../support/station.ts';
import { expectHardened } from '../support/window-preferences.ts';

const root = path.resolve(import.meta.dirname, '../..');
const kinds = ['/curtain', '/bar', '/overlay', '/chart', '/medication', '/labs'] as const;

/**
 * Electron's security checklist (https://www.electronjs.org/docs/latest/tutorial/security), point by point, for
 * every kind of window. What other tests show at length: 1 and 18 in common/policy.test.ts and
 * main/windows/app-hosts.test.ts, 15 in hostile.spec.ts, 16 in test/ground/package.test.ts, 19 in package.spec.ts.
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

  test('2–4, 6, 8–11: Node, isolation, sandbox, web security, mixed content, experiments, webviews', async () => {
    expect(await expectHardened(station.app)).toEqual([...kinds].sort());
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

  test('5, 13, 14: rights, navigation and windows are refused to every page', async () => {
    for (const [kind, page] of pages) {
      const before = page.url();
      const answers = await page.evaluate(async () => [
        await Notification.requestPermission(),
        (await navigator.permissions.query({ name: 'geolocation' })).state,
        window.open('https://example.org/') === null,
      ]);
      expect([kind, ...answers]).toEqual([kind, 'denied', 'denied', true]);
      await page.evaluate(() => {
        location.href = 'https://example.org/';
      });
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
