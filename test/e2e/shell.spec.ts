import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { type Demo, startDemo } from '../support/demo.ts';
import { type RunningAgent, launchElectron } from '../support/electron-app.ts';
import { type Station, until } from '../support/station.ts';

/** What pages may not do, asserted from the pages' side. Tagged: also run without root, in the sandbox. */
test.describe('@security the shell', () => {
  test.describe.configure({ mode: 'serial' });
  let demo: Demo;
  let agent: RunningAgent;
  let station: Station;

  test.beforeAll(async () => {
    demo = await startDemo();
    ({ agent, station } = await demo.launch());
    await station.stepIs('waiting');
  });
  test.afterAll(() => demo.stop());

  test('the policy of the pages stops what it names, and says so', async () => {
    const curtain = await station.curtain();
    const violations = await curtain.evaluate(async () => {
      const seen: string[] = [];
      document.addEventListener('securitypolicyviolation', (event) =>
        seen.push(event.effectiveDirective),
      );
      const script = document.createElement('script');
      // A string where a trusted script is wanted, or an inline script: either way it does not run.
      try {
        script.textContent = 'window.__ran = true';
        document.head.append(script);
      } catch {
        seen.push('trusted-types');
      }
      await fetch('https://localhost/index.html').catch(() => undefined);
      const image = new Image();
      image.src = 'http://127.0.0.1:9/x.png';
      const frame = document.createElement('iframe');
      frame.src = 'https://localhost/curtain';
      document.body.append(frame);
      await new Promise((resolve) => setTimeout(resolve, 300));
      frame.remove();
      return { seen: [...new Set(seen)], ran: Reflect.get(window, '__ran') };
    });
    expect(violations.ran).toBeUndefined();
    expect(violations.seen.join(' ')).toMatch(/connect-src/);
    expect(violations.seen.join(' ')).toMatch(/img-src/);
    expect(violations.seen.join(' ')).toMatch(/frame-src/);
    expect(violations.seen.join(' ')).toMatch(/script-src|trusted-types/);
  });

  test('the pages’ partition serves its list and nothing else', async () => {
    const answers = await agent.app.evaluate(async ({ session }) => {
      const pages = session.fromPartition('station-pages');
      const ask = (url: string, init?: RequestInit) =>
        pages.fetch(url, init).then(
          (answer) => answer.status,
          (error: Error) => error.message,
        );
      return {
        page: await ask('https://localhost/curtain'),
        unknown: await ask('https://localhost/../package.json'),
        manifest: await ask('https://localhost/manifest.json'),
        post: await ask('https://localhost/curtain', { method: 'POST' }),
        otherHost: await ask('https://example.org/'),
        plain: await ask('http://127.0.0.1:8787/'),
      };
    });
    expect(answers).toEqual({
      page: 200,
      unknown: 404,
      manifest: 404,
      post: 405,
      otherHost: 403,
      plain: 403,
    });
  });

  test('a clinical app cannot reach the station, open windows, leave its hosts or ask for rights', async () => {
    const { nurse } = demo;
    await station.open(nurse);
    const chart = await station.clinicalApp('/chart');
    const tried = await chart.evaluate(async () => {
      const opened = window.open('https://example.org/');
      const permission = await navigator.permissions
        .query({ name: 'geolocation' })
        .then((p) => p.state);
      const webauthn = await navigator.credentials
        .get({ publicKey: { challenge: new Uint8Array(32), rpId: 'localhost', timeout: 500 } })
        .then(
          () => 'answered',
          (error: Error) => error.name,
        );
      const network = await fetch('http://127.0.0.1:9/').then(
        () => 'answered',
        () => 'refused',
      );
      return {
        station: typeof Reflect.get(window, 'station'),
        node: typeof Reflect.get(window, 'require'),
        opened: opened === null,
        permission,
        webauthn,
        network,
      };
    });
    expect(tried).toEqual({
      station: 'undefined',
      node: 'undefined',
      opened: true,
      permission: 'denied',
      webauthn: 'NotAllowedError',
      network: 'refused',
    });
    const url = chart.url();
    await chart.evaluate(() => {
      // A modal dialog of the system would hold the page, and lie over the curtain.
      window.print();
      location.href = 'https://example.org/';
    });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(chart.url()).toBe(url);
    expect(agent.app.windows().filter((window) => window.url().includes('example.org'))).toEqual(
      [],
    );
    await until('the attempts at the server', async () => {
      const blocked = (await demo.allEvents())
        .filter(({ event }) => event.type === 'app.blocked')
        .map(({ event }) => event.detail['what']);
      return blocked.includes('navigation') && blocked.includes('window') ? blocked : undefined;
    });
  });

  test('a question from anywhere but a station page is refused in the wrapper', async () => {
    // A page of a clinical app gets no bridge; here is one that got hold of it.
    const preload = path.resolve('out/agent-dev/preload.cjs');
    const opened = agent.app.waitForEvent('window');
    await agent.app.evaluate(
      ({ BrowserWindow }, [bridge, url]) => {
        const window = new BrowserWindow({
          show: false,
          webPreferences: { preload: bridge ?? '' },
        });
        void window.loadURL(url ?? '');
      },
      [preload, `${demo.stack.appUrl}labs`],
    );
    const intruder = await opened;
    await intruder.waitForLoadState();
    const refused = await intruder.evaluate(() => {
      const api = Reflect.get(window, 'station') as { lock(): Promise<void> };
      return api.lock().then(
        () => 'answered',
        (error: Error) => error.message,
      );
    });
    await intruder.close();
    expect(refused).toMatch(/bad-sender/);
    expect((await station.view()).screen.kind).toBe('session');
  });

  test('arguments outside the contract are refused and crash nothing', async () => {
    const curtain = await station.curtain();
    const answers = await curtain.evaluate(async () => {
      const api = Reflect.get(window, 'station') as Record<
        string,
        (...args: unknown[]) => Promise<unknown>
      >;
      const ask = (name: string, ...args: unknown[]) =>
        (api[name]?.(...args) ?? Promise.resolve()).then(
          () => 'answered',
          (error: Error) => error.message,
        );
      return [
        await ask('submitPin', '246810'),
        await ask('submitPin', new Uint8Array(64)),
        await ask('setLanguage', 'x'.repeat(9)),
        await ask('selectApp', 'a'.repeat(33)),
        await ask('lock', 1),
        await ask('naming', 'a'.repeat(65)),
      ];
    });
    for (const answer of answers) expect(answer).toMatch(/bad-arguments/);
    expect((await station.view()).screen.kind).toBe('session');
  });

  test('the curtain does not go until the bar has the name', async () => {
    await station.app.evaluate(({ BrowserWindow }) => {
      const bar = BrowserWindow.getAllWindows().find((window) =>
        window.webContents.getURL().endsWith('/bar'),
      );
      // It lives, and draws nothing any more.
      bar?.webContents
        .executeJavaScript("document.body.textContent = ''; for (;;);")
        .catch(() => 0);
    });
    await (
      await station.curtain()
    ).evaluate(() => (Reflect.get(window, 'station') as { lock(): Promise<void> }).lock());
    await station.screenIs('curtain');
    await station.open(demo.nurse);
    const shown: string[] = [];
    await until('the station to lock again', async () => {
      shown.push(...(await station.shown()));
      return (await station.view()).screen.kind === 'curtain';
    });
    expect(shown).toContain('/curtain');
    expect(shown).not.toContain('/chart');
    await until('the reason at the server', async () =>
      (await demo.allEvents()).find(
        ({ event }) => event.type === 'session.locked' && event.detail['cause'] === 'fault',
      ),
    );
    await station.open(demo.nurse);
    await until('a bar made anew', async () => (await station.shown()).includes('/bar'));
  });

  test('an error that nobody handled ends the agent covered; the next start is locked and tells', async () => {
    const gone = new Promise((resolve) => {
      agent.app.process().once('exit', (code, signal) => resolve(signal ?? code));
    });
    const told = path.join(demo.data, 'shown-at-the-end');
    await agent.app
      .evaluate(({ app, BrowserWindow }, file) => {
        const fs = process.mainModule?.require('node:fs') as typeof import('node:fs');
        const exit = app.exit.bind(app);
        // What can be seen in the moment in which it ends.
        app.exit = (code) => {
          const shown = BrowserWindow.getAllWindows()
            .filter((window) => window.isVisible())
            .map((window) => new URL(window.webContents.getURL()).pathname);
          fs.writeFileSync(file, JSON.stringify(shown.filter((name) => name !== '/')));
          exit(code);
        };
        void Promise.reject(new Error('nobody handles this'));
      }, told)
      .catch(() => undefined);
    expect(await gone).toBe(70);
    expect(JSON.parse(await readFile(told, 'utf8'))).toEqual(['/curtain']);
    const again = await demo.launch();
    await again.station.stepIs('waiting');
    expect((await again.station.shown()).filter((path) => path !== '/')).toEqual(['/curtain']);
    await until('the lost session', async () =>
      (await demo.allEvents()).some(({ event }) => event.type === 'session.lost'),
    );
  });
});

test('a station whose curtain cannot draw itself is covered by its cloth, and works all the same', async () => {
  const out = path.resolve(import.meta.dirname, '../../out');
  const bundle = await mkdtemp(path.join(out, 'undrawn-'));
  const demo = await startDemo();
  try {
    await cp(path.join(out, 'agent-dev'), bundle, { recursive: true });
    await writeFile(path.join(bundle, 'ui', 'app.js'), '');
    const env: Record<string, string> = { ...demo.stack.agentEnvironment };
    delete env['WARDLOCK_DEMO_KEYS'];
    const agent = await launchElectron(bundle, { env });
    await until('the start at the server', async () =>
      (await demo.events()).some(({ event }) => event.type === 'station.started'),
    );
    const shown = await agent.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map((window) => [
        window.isVisible(),
        window.getBackgroundColor(),
      ]),
    );
    expect(shown).toEqual([[true, '#B5D1C4']]);
    await agent.stop();
  } finally {
    await demo.stop();
    await rm(bundle, { recursive: true, force: true });
  }
});
