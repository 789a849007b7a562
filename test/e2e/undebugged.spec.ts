import { expect, test } from '@playwright/test';
import { type Demo, startDemo } from '../support/demo.ts';
import { startHostileApp } from '../support/hostile-app.ts';
import { type InMain, launchInspected } from '../support/inspected-agent.ts';
import { until } from '../support/station.ts';
import { throughMain } from '../support/through-main.ts';
import { handsOn } from '../support/x11.ts';

/** What Chromium does only where no debugger of a test is at the pages. */
test.describe.configure({ mode: 'serial' });
let hostile: Awaited<ReturnType<typeof startHostileApp>>;
let demo: Demo;
let agent: Awaited<ReturnType<typeof launchInspected>>;
let app: InMain;
let person: ReturnType<typeof throughMain>;

test.beforeAll(async () => {
  hostile = await startHostileApp();
  demo = await startDemo(
    { idleLockSeconds: 600 },
    { url: hostile.url, hosts: hostile.hosts, allow: ['print'] },
  );
  const { WARDLOCK_DEMO_KEYS: _window, ...env } = demo.stack.agentEnvironment;
  agent = await launchInspected(env);
  ({ app } = agent);
  person = throughMain(app, demo.keys);
  await person.stepIs('waiting');
  await person.open(demo.nurse);
});
test.afterAll(async () => {
  await agent.stop();
  await demo.stop();
  await hostile.stop();
});

/** What this code says in each frame of the chart that shows `/frame`, by its host. */
const inFrames = (code: string) =>
  app.evaluate(async ({ BrowserWindow }, what) => {
    const chart = BrowserWindow.getAllWindows().find(({ webContents }) =>
      webContents.getURL().endsWith('/chart'),
    );
    const frames = (chart?.webContents.mainFrame.framesInSubtree ?? []).filter(({ url }) =>
      url.endsWith('/frame'),
    );
    return Object.fromEntries(
      await Promise.all(
        frames.map(async (frame) => [
          new URL(frame.url).hostname,
          await frame.executeJavaScript(what),
        ]),
      ),
    ) as Record<string, unknown>;
  }, code);

test('a frame, of the same site or another, prints nothing, gets no dropped file, and has no Node', async () => {
  await until('the page', () =>
    person.run(
      '/chart',
      `document.body.append(Object.assign(document.createElement('iframe'), { src: '${hostile.rpUrl}frame' })), true`,
    ),
  );
  await until('both frames', async () => Object.keys(await inFrames('0')).length === 2);
  const everywhere = (answer: unknown) => ({ '127.0.0.1': answer, localhost: answer });
  await until('them to be there', async () => {
    const loaded = await inFrames("document.readyState === 'complete'");
    return Object.values(loaded).every((is) => is === true);
  });
  expect(
    await inFrames(`{
      const names = ['require', 'process', 'module', 'Buffer', 'station'];
      names.filter((name) => Reflect.get(window, name) !== undefined).join();
    }`),
  ).toEqual(everywhere(''));

  // The event that a drop of files brings, as far as scripts can make one.
  expect(
    await inFrames(`{
      const heard = [];
      for (const type of ['dragenter', 'dragover', 'drop'])
        window.addEventListener(type, ({ type }) => heard.push(type));
      const files = new DataTransfer();
      files.items.add(new File(['dropped'], 'dropped.txt'));
      const words = new DataTransfer();
      words.setData('text/plain', 'words');
      for (const dataTransfer of [files, words])
        for (const type of ['dragenter', 'dragover', 'drop'])
          document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      heard.join();
    }`),
  ).toEqual(everywhere('dragenter,dragover,drop'));

  await inFrames('print()');
  const told = await until('the attempts at the server', async () => {
    const found = (await demo.allEvents()).filter(({ event }) => event.type === 'app.blocked');
    return found.length > 0 && found;
  });
  expect(told[0]?.event.detail).toMatchObject({ what: 'print', app: 'chart' });
});

test('a frame, of the same site or another, opens no file chooser', async () => {
  const hands = handsOn(agent.display);
  const said = () =>
    person.run<string>('/bar', "document.querySelector('[role=status]').textContent");
  for (const host of ['127.0.0.1', 'localhost']) {
    await person.run('/bar', 'void station.heard()');
    await until('nothing to be said', async () => (await said()) === '');
    const place = await person.run<{ x: number; y: number }>(
      '/chart',
      `{
        const frame = [...document.querySelectorAll('iframe')].find(({ src }) => new URL(src).hostname === '${host}');
        frame.scrollIntoView({ block: 'center' });
        const { x, y } = frame.getBoundingClientRect();
        ({ x: screenX + x, y: screenY + y });
      }`,
    );
    await hands.click((place?.x ?? 0) + 30, (place?.y ?? 0) + 20);
    await until(`"no file" to be said of ${host}`, async () =>
      (await said())?.startsWith('No file was taken'),
    );
  }
});

test('the keyboard that comes to the bar is seen at its first control, each time', async () => {
  const hands = handsOn(agent.display);
  const at = () =>
    person.run(
      '/bar',
      `document.hasFocus() && document.activeElement.matches(':focus-visible') &&
        [...document.querySelectorAll('button')].indexOf(document.activeElement)`,
    );
  for (const time of ['first', 'second']) {
    await hands.key('F6');
    await until(`the ring, the ${time} time`, async () => (await at()) === 0);
    await hands.key('Tab');
    await until('the next control', async () => (await at()) === 1);
    await hands.key('F6');
    await until('the app', async () => (await at()) === false);
  }
});

for (const surface of ['/bar', '/curtain'])
  test(`a ${surface} that never answers again is given up, though nobody touches it, and made anew; it covers all the time`, async () => {
    const pid = () =>
      app.evaluate(
        ({ BrowserWindow }, where) =>
          BrowserWindow.getAllWindows()
            .find(({ webContents }) => webContents.getURL().endsWith(where))
            ?.webContents.getOSProcessId(),
        surface,
      );
    const shown = () =>
      app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()
          .filter((window) => window.isVisible())
          .map(({ webContents }) => new URL(webContents.getURL() || 'about:blank').pathname),
      );
    const before = await pid();
    await app.evaluate(({ BrowserWindow }, where) => {
      BrowserWindow.getAllWindows()
        .find(({ webContents }) => webContents.getURL().endsWith(where))
        ?.webContents.executeJavaScript('for (;;);')
        .catch(() => undefined);
    }, surface);
    await until(
      'the curtain',
      async () => {
        const now = await shown();
        if (surface === '/curtain') expect(now).toEqual(['/curtain']);
        return now.join() === '/curtain' && (await pid()) !== before;
      },
      60,
    );
    await person.stepIs('waiting', 30);
    await person.open(demo.nurse);
    if (surface === '/bar') {
      await person.run('/curtain', 'station.lock()');
      await person.stepIs('waiting');
    }
  });
