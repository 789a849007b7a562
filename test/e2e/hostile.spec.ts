import { watch } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Page, expect, test } from '@playwright/test';
import { BAR_HEIGHT } from '../../main/windows/bar-height.ts';
import { type Demo, startDemo } from '../support/demo.ts';
import { startHostileApp } from '../support/hostile-app.ts';
import { singleSignOn } from '../support/single-sign-on.ts';
import { startTlsApp } from '../support/tls-app.ts';
import { type Station, until } from '../support/station.ts';
import { BROWSER_KEYS, handsOn } from '../support/x11.ts';

/** Files below a folder that hold a text, or have it in their name. */
async function filesWith(text: string, folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (!entry.isFile() || entry.name === 'dropped.txt') continue;
    const isFound = entry.name.includes(text) || (await readFile(file)).includes(text);
    if (isFound) found.push(file);
  }
  return found;
}

const pause = (ms = 400) => new Promise((resolve) => setTimeout(resolve, ms));

/** Tagged: also run without root, in the sandbox. */
test.describe('@security a hostile clinical app', () => {
  test.describe.configure({ mode: 'serial' });
  let hostile: Awaited<ReturnType<typeof startHostileApp>>;
  let tls: Awaited<ReturnType<typeof startTlsApp>>;
  let demo: Demo;
  let station: Station;
  let hands: ReturnType<typeof handsOn>;
  let page: Page;
  let home: string;
  let started: string;
  /** The windows on the display while a session is open and nothing else happens. */
  let usual: readonly string[];

  /** The bar is higher while it says something. */
  const windowNames = async () =>
    (await hands.windows())
      .map(({ name, width, height }) =>
        name === 'Wardlock' && height < 200 ? 'the bar' : `${name} ${width}x${height}`,
      )
      .sort();
  /** Runs a function in the app's page. Not through Playwright, which waits for navigations that main has ended. */
  const inPage = <A, R>(run: (given: A) => R | Promise<R>, given?: A): Promise<R> =>
    station.app.evaluate(
      ({ BrowserWindow }, [url, code]) => {
        const window = BrowserWindow.getAllWindows().find(
          ({ webContents }) => webContents.getURL() === url,
        );
        if (window === undefined) throw new Error(`no window shows ${url}`);
        return window.webContents.executeJavaScript(code ?? '') as Promise<never>;
      },
      [`${hostile.url}chart`, `(${run.toString()})(${JSON.stringify(given)})`],
    );
  const middleOf = (selector: string) =>
    inPage((chosen: string) => {
      const box = document.querySelector(chosen)?.getBoundingClientRect();
      if (box === undefined) throw new Error(`no ${chosen}`);
      return { x: box.x + 15, y: box.y + box.height / 2 };
    }, selector);
  /** A real click of the mouse on an element of the page. */
  const click = async (selector: string, button = 1) => {
    const { x, y } = await middleOf(selector);
    await hands.click(x, y + BAR_HEIGHT, button);
    await pause(100);
  };
  const attempts = async () =>
    (await demo.allEvents())
      .filter(({ event }) => event.type === 'app.blocked')
      .map(({ event }) => event.detail);
  const isTold = (what: string) =>
    until(`"${what}" at the server`, async () =>
      (await attempts()).some((detail) => detail['what'] === what && detail['app'] === 'chart'),
    );
  const says = async (what: string | RegExp) =>
    expect((await station.bar()).getByRole('status')).toHaveText(what);
  /** Runs in the page as if a person had just clicked there. */
  const afterClick = async (code: string) => {
    await inPage((text: string) => {
      document
        .querySelector('#action')
        ?.addEventListener('click', () => Reflect.construct(Function, [text])() as unknown, {
          once: true,
        });
    }, code);
    await click('#action');
  };
  /** Nothing moved: same document, same windows, nothing left the allowed hosts. */
  const nothingHappened = async () => {
    await pause();
    // Throws when no window shows the page any more.
    expect(await inPage(() => location.pathname)).toBe('/chart');
    expect(await windowNames()).toEqual(usual);
    expect(hostile.strayed).toEqual([]);
  };

  test.beforeAll(async () => {
    hostile = await startHostileApp();
    home = await mkdtemp(path.join(tmpdir(), 'wardlock-home-'));
    tls = await startTlsApp(home);
    const hosts = [...hostile.hosts, tls.unknown, tls.asking];
    demo = await startDemo({}, { url: hostile.url, hosts });
    // Whatever the system is asked to open would be opened by this program.
    started = path.join(home, 'started');
    await mkdir(path.join(home, 'bin'));
    const opener = path.join(home, 'bin', 'xdg-open');
    await writeFile(opener, `#!/bin/sh\necho "$@" >> ${started}\n`);
    await chmod(opener, 0o755);
    const launched = await demo.launch({
      demoKeys: false,
      env: {
        HOME: home,
        PATH: `${path.join(home, 'bin')}:${process.env['PATH']}`,
        ...(await singleSignOn(home)),
      },
    });
    ({ station } = launched);
    hands = handsOn(launched.agent.display);
    await station.stepIs('waiting');
    await station.open(demo.nurse);
    page = await station.clinicalApp('/chart');
    await page.waitForLoadState();
    await until('the bar', async () => (await station.shown()).includes('/bar'));
    await until('the curtain to go', async () => !(await station.shown()).includes('/curtain'));
    usual = await windowNames();
    expect(usual.some((name) => name.startsWith('hostile'))).toBe(true);
  });
  test.afterAll(async () => {
    await demo.stop();
    await hostile.stop();
    await tls.stop();
    await rm(home, { recursive: true, force: true });
  });

  test('goes nowhere else: by script, link, redirect, refresh, form, frame', async () => {
    await inPage((url: string) => void (location.href = url), hostile.elsewhere);
    await nothingHappened();
    await click('#outside');
    await says('Not opened: this link leads out of the app.');
    await nothingHappened();
    await inPage(() => void (location.href = '/redirect'));
    await nothingHappened();
    await click('#form button');
    await nothingHappened();
    await inPage(() => {
      for (const src of ['/refresh', '/redirect']) {
        const frame = document.createElement('iframe');
        frame.src = src;
        document.body.append(frame);
      }
    });
    await nothingHappened();
    expect(
      await inPage(
        async (url: string) => [
          await fetch(url, { mode: 'no-cors' }).then(
            () => 'reached',
            () => 'refused',
          ),
          await new Promise((resolve) => {
            const socket = new WebSocket(url.replace('http', 'ws'));
            socket.addEventListener('error', () => resolve('refused'));
            socket.addEventListener('open', () => resolve('reached'));
          }),
          await new Promise((resolve) => {
            const image = new Image();
            image.addEventListener('load', () => resolve('reached'));
            image.addEventListener('error', () => resolve('refused'));
            image.src = url;
          }),
        ],
        hostile.elsewhere,
      ),
    ).toEqual(['refused', 'refused', 'refused']);
    await nothingHappened();
    // Ways out that main is not asked about: a worker that belongs to no page, and WebRTC.
    await inPage(
      (url: string) =>
        new Promise((resolve) => {
          const script = `onconnect = ({ ports: [port] }) => {
            try { new WebSocket(${JSON.stringify(url)}) } finally { port.postMessage('tried') }
          }`;
          const { port } = new SharedWorker(URL.createObjectURL(new Blob([script])));
          port.addEventListener('message', resolve, { once: true });
          port.start();
        }),
      hostile.elsewhere.replace('http', 'ws'),
    );
    await inPage(async (iceServers: RTCIceServer[]) => {
      const connection = new RTCPeerConnection({ iceServers });
      connection.createDataChannel('x');
      await connection.setLocalDescription();
      // Until it has found all that it will.
      while (connection.iceGatheringState !== 'complete')
        await new Promise((resolve) =>
          connection.addEventListener('icegatheringstatechange', resolve, { once: true }),
        );
    }, hostile.iceServers);
    await nothingHappened();
    for (const scheme of ['file:///etc/passwd', 'chrome://gpu', 'view-source:http://127.0.0.1/']) {
      await inPage((url: string) => void (location.href = url), scheme);
      await nothingHappened();
    }
    await isTold('navigation');
    await isTold('frame');
  });

  test('opens no window, by script or by link', async () => {
    await click('#blank');
    await afterClick("window.open('/frame'); window.open('about:blank', 'x', 'popup')");
    await says(/^Not opened: this app cannot/);
    await nothingHappened();
    await isTold('window');
  });

  test('opens no file chooser, and is told of', async () => {
    for (const id of ['file', 'folder', 'picker', 'directory', 'save']) {
      await click(`#${id}`);
      if (id === 'file') await says(/^No file was taken/);
      await pause(1000);
      expect(await windowNames(), id).toEqual(usual);
    }
    await click('#same');
    await pause(1000);
    await nothingHappened();
    await isTold('file-chooser');
  });

  test('gets no dropped file, but may drag its own things', async () => {
    await writeFile(path.join(home, 'dropped.txt'), 'dropped');
    const session = await page.context().newCDPSession(page);
    const seen = await inPage(() => {
      const types: string[] = [];
      Reflect.set(window, '__seen', types);
      for (const type of ['dragenter', 'dragover', 'drop'])
        window.addEventListener(
          type,
          (event) => {
            event.preventDefault();
            types.push(`${type} ${(event as DragEvent).dataTransfer?.types.join()}`);
          },
          true,
        );
      return types;
    });
    expect(seen).toEqual([]);
    const drop = async (data: { items: object[]; files?: string[] }, onto: string) => {
      const { x, y } = await middleOf(onto);
      for (const type of ['dragEnter', 'dragOver', 'drop'] as const)
        await session.send('Input.dispatchDragEvent', {
          type,
          x,
          y,
          data: { dragOperationsMask: 1, ...data, items: data.items as [] },
        });
    };
    // In frames: test/e2e/undebugged.spec.ts.
    for (const onto of ['#file', '#text'])
      await drop({ items: [], files: [path.join(home, 'dropped.txt')] }, onto);
    expect(
      await inPage(() => [
        Reflect.get(window, '__seen') as string[],
        document.querySelector<HTMLInputElement>('#file')?.files?.length,
      ]),
    ).toEqual([[], 0]);
    await drop({ items: [{ mimeType: 'text/plain', data: 'words' }] }, '#text');
    expect(await inPage(() => Reflect.get(window, '__seen') as string[])).toContain(
      'drop text/plain',
    );
    await session.detach();
  });

  test('stays as it is under every key of a browser', async () => {
    await inPage(() => {
      Reflect.set(window, '__same', true);
      const heard: string[] = [];
      Reflect.set(window, '__heard', heard);
      window.addEventListener('keydown', ({ key }) => heard.push(key), true);
    });
    await click('#text');
    for (const key of BROWSER_KEYS) await hands.key(key);
    const heard = await inPage(() => Reflect.get(window, '__heard') as string[]);
    expect(heard).toEqual(expect.arrayContaining(['F5', 'F12', 'p', 'r', 'F4']));
    await hands.xdotool(
      'keydown',
      'ctrl',
      'click',
      '4',
      'click',
      '4',
      'click',
      '5',
      'keyup',
      'ctrl',
    );
    await click('#text', 3);
    await nothingHappened();
    expect(
      await inPage(() => [
        Reflect.get(window, '__same'),
        devicePixelRatio,
        window.visualViewport?.scale,
        document.fullscreenElement,
      ]),
    ).toEqual([true, 1, 1, null]);
    expect(
      await station.app.evaluate(
        ({ BrowserWindow }) =>
          BrowserWindow.getAllWindows().filter(
            ({ webContents }) => webContents.isDevToolsOpened() || webContents.getZoomLevel() !== 0,
          ).length,
      ),
    ).toBe(0);
  });

  test('prints nothing, and no dialog holds it', async () => {
    expect(
      await inPage(() => {
        for (let count = 0; count < 20; count++) {
          alert('again');
          if (confirm('again')) return 'confirmed';
          try {
            if (prompt('again') !== null) return 'answered';
          } catch {
            // Electron has none.
          }
          print();
        }
        window.addEventListener('beforeunload', (event) => event.preventDefault());
        return 'on we go';
      }),
    ).toBe('on we go');
    await says('Not printed: this app cannot print here.');
    await nothingHappened();
    await isTold('print');
  });

  test('starts no other program', async () => {
    for (const url of ['mailto:a@example.org', 'tel:112', 'ms-settings:', 'wardlock-test:x']) {
      await afterClick(`location.href = ${JSON.stringify(url)}`);
      await afterClick(`window.open(${JSON.stringify(url)})`);
      await afterClick(
        `document.querySelector('#same').src = ${JSON.stringify(url)}; void history.replaceState(0, '')`,
      );
    }
    await afterClick("location.href = '/to-mail'");
    await afterClick("navigator.registerProtocolHandler('web+ward', '/?%s')");
    await nothingHappened();
    expect(await readdir(home)).not.toContain(path.basename(started));
    await isTold('protocol');
  });

  test('gets no permission, whatever it asks for, and ends nothing by asking', async () => {
    const asks = {
      geolocation: 'new Promise((a, b) => navigator.geolocation.getCurrentPosition(a, b))',
      notifications: 'Notification.requestPermission()',
      camera: 'navigator.mediaDevices.getUserMedia({ video: true })',
      microphone: 'navigator.mediaDevices.getUserMedia({ audio: true })',
      screen: 'navigator.mediaDevices.getDisplayMedia({ video: true })',
      clipboard: 'navigator.clipboard.readText()',
      midi: 'navigator.requestMIDIAccess({ sysex: true })',
      usb: 'navigator.usb.requestDevice({ filters: [] })',
      hid: 'navigator.hid.requestDevice({ filters: [] })',
      serial: 'navigator.serial.requestPort()',
      bluetooth: 'navigator.bluetooth.requestDevice({ acceptAllDevices: true })',
      wakeLock: "navigator.wakeLock.request('screen')",
      idle: 'IdleDetector.requestPermission()',
      storage: 'navigator.storage.persist()',
      fonts: 'queryLocalFonts()',
      displays: 'getScreenDetails()',
      fullscreen: 'document.body.requestFullscreen()',
      pointer: 'document.body.requestPointerLock()',
      speech:
        'new Promise((a, b) => { const r = new webkitSpeechRecognition(); r.onstart = a; r.onerror = b; r.start() })',
      worker: "navigator.serviceWorker.register('/worker.js')",
      payment:
        "new PaymentRequest([{ supportedMethods: 'https://example.org/pay' }], { total: { label: '', amount: { currency: 'EUR', value: '1' } } }).show()",
    };
    const answers: Record<string, unknown> = {};
    for (const [name, ask] of Object.entries(asks)) {
      // A click is behind each: without one many would refuse anyway.
      await afterClick(`(async () => {
        try { window.__answer = ['got', String(await ${ask})] } catch (error) { window.__answer = ['refused'] }
      })()`);
      answers[name] = await until(name, () =>
        inPage(() => Reflect.get(window, '__answer') as string[]),
      );
      await inPage(() => Reflect.deleteProperty(window, '__answer'));
    }
    const { notifications, idle, storage, ...others } = answers;
    expect([notifications, idle, storage]).toEqual([
      ['got', 'denied'],
      ['got', 'denied'],
      ['got', 'false'],
    ]);
    for (const [name, answer] of Object.entries(others)) expect(answer, name).toEqual(['refused']);
    await nothingHappened();
    await isTold('permission');
  });

  test('downloads nothing, is asked for no password, and signs nobody in', async () => {
    // Where a download is begun and refused later, its bytes were in a file meanwhile.
    const touched: string[] = [];
    const watcher = watch(home, (_event, name) => touched.push(name ?? ''));
    await click('#download');
    await afterClick(
      "const a = document.createElement('a'); a.download = 'b'; a.href = URL.createObjectURL(new Blob(['planted'])); a.click()",
    );
    await inPage(() => {
      document.body.append(Object.assign(document.createElement('iframe'), { src: '/download' }));
    });
    const answers = await inPage(async () => {
      const ask = async (path: string) => (await fetch(path)).status;
      return [await ask('/basic'), await ask('/negotiate')];
    });
    expect(answers).toEqual([401, 401]);
    await inPage(() => {
      document.body.append(Object.assign(document.createElement('iframe'), { src: '/basic' }));
    });
    await nothingHappened();
    expect(hostile.requests.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
    expect(await filesWith('planted', home)).toEqual([]);
    watcher.close();
    expect(touched.filter((name) => /chromium|planted/i.test(name))).toEqual([]);
    await isTold('http-auth');
    await isTold('download');
  });

  test('trusts no certificate that the system does not, and gives the system’s own to nobody', async () => {
    const reach = (host: string) =>
      inPage(
        (url: string) =>
          fetch(url, { mode: 'no-cors' }).then(
            () => 'reached',
            () => 'refused',
          ),
        `https://${host}/`,
      );
    expect(await reach(tls.unknown)).toBe('refused');
    await isTold('certificate');
    expect(await reach(tls.asking)).toBe('reached');
    expect(tls.given).toEqual(['']);
    await isTold('client-certificate');
    await nothingHappened();
  });

  test('uses no key of the practice, even from its own host', async () => {
    // In this practice the RP ID is localhost; here policy lets the app go there.
    await page.goto(`${hostile.rpUrl}chart`);
    const tried = await page.evaluate(async () => {
      const publicKey = { challenge: new Uint8Array(32), rpId: 'localhost', timeout: 2000 };
      const outcome = (promise: Promise<unknown>) =>
        promise.then(
          () => 'answered',
          (error: Error) => `${error.name}: ${error.message}`,
        );
      return [
        await outcome(navigator.credentials.get({ publicKey })),
        await outcome(
          navigator.credentials.create({
            publicKey: {
              ...publicKey,
              rp: { name: 'x', id: 'localhost' },
              user: { id: new Uint8Array(8), name: 'x', displayName: 'x' },
              pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
            },
          }),
        ),
        typeof Reflect.get(window, 'station'),
        await fetch('https://localhost/curtain', { mode: 'no-cors' }).then(
          () => 'reached',
          () => 'refused',
        ),
      ];
    });
    expect(tried[0]).toMatch(/NotAllowedError.*Permissions Policy/);
    expect(tried[1]).toMatch(/NotAllowedError/);
    expect(tried.slice(2)).toEqual(['undefined', 'refused']);
    await page.goto(`${hostile.url}chart`);
  });

  for (const popup of ['select', 'date', 'color'])
    test(`an open popup of the page (${popup}) does not stay over the curtain`, async () => {
      if (popup === 'select') await click('#select');
      else await afterClick(`document.querySelector('#${popup}').showPicker()`);
      await until('the popup', async () => (await windowNames()).length > usual.length);
      const bar = await station.bar();
      await bar.getByRole('button', { name: 'Lock', exact: true }).click();
      await station.screenIs('curtain');
      await until('the curtain alone on top', async () => {
        const [top, ...below] = await hands.windows();
        return (
          top !== undefined &&
          top.width >= 1920 &&
          top.height >= 1080 &&
          below.every(({ name }) => name !== '')
        );
      });
      // What it does behind the curtain brings it no nearer.
      await inPage(() => {
        window.focus();
        document.querySelector<HTMLElement>('#text')?.focus();
        alert('over here');
        window.open('/frame');
        resizeTo(500, 500);
      });
      await pause();
      const [top] = await hands.windows();
      expect(top?.height).toBeGreaterThanOrEqual(1080);
      expect((await station.shown()).filter((path) => path !== '/')).toEqual(['/curtain']);
      await station.open(demo.nurse);
      await until('the session', async () => !(await station.shown()).includes('/curtain'));
    });
});
