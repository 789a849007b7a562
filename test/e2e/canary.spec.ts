import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type ElectronApplication, type Page, expect, test } from '@playwright/test';
import { startDemo } from '../support/demo.ts';
import { filesBelow, holding } from '../support/file-search.ts';
import { until } from '../support/station.ts';

/** Leaves the canary wherever a page can leave something. */
const plant = (page: Page, canary: string) =>
  page.evaluate(async (text) => {
    const note = document.querySelector('textarea');
    if (note) note.value = text;
    document.cookie = `canary=${text}; max-age=86400; path=/`;
    localStorage.setItem('canary', text);
    sessionStorage.setItem('canary', text);
    window.name = text;
    history.pushState({ text }, '', `?${text}`);

    await new Promise<void>((resolve, reject) => {
      const opening = indexedDB.open(`db-${text}`);
      opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore('store'));
      opening.addEventListener('error', () => reject(new Error('no database')));
      opening.addEventListener('success', () => {
        const writing = opening.result.transaction('store', 'readwrite');
        writing.objectStore('store').put(text.repeat(10_000), 'canary');
        writing.addEventListener('complete', () => resolve());
      });
    });
    const cache = await caches.open(`cache-${text}`);
    await cache.put(`/cached-${text}`, new Response(text.repeat(10_000)));

    // Large enough to be moved to disk where a browser does so.
    const blob = new Blob([text.repeat(400_000)]);
    const url = URL.createObjectURL(blob);
    const link = document.createElement('a');
    link.href = url;
    link.download = `${text}.txt`;
    document.body.append(link);
    link.click();

    const form = document.createElement('form');
    form.innerHTML =
      '<input name="username" autocomplete="username"><input name="password" type="password" autocomplete="current-password">';
    for (const input of form.querySelectorAll('input')) input.value = text;
    form.addEventListener('submit', (event) => event.preventDefault());
    document.body.append(form);
    form.requestSubmit();
    form.remove();
    history.pushState({}, '', '/chart');
  }, canary);

/** Collects what is said on a channel that pages of one address share. */
const listen = (page: Page) =>
  page.evaluate(() => {
    const heard: unknown[] = [];
    Reflect.set(window, '__heard', heard);
    new BroadcastChannel('ward').addEventListener('message', ({ data }) => heard.push(data));
  });
const heard = (page: Page) =>
  page.evaluate(() => Reflect.get(window, '__heard') as readonly unknown[]);

/** Everything of that which a page of the same address can read. */
const readable = (page: Page) =>
  page.evaluate(async () => {
    const cached = await Promise.all(
      (await caches.keys()).map(async (name) => {
        const cache = await caches.open(name);
        return (await cache.keys()).map(({ url }) => url);
      }),
    );
    return JSON.stringify({
      form: [...document.querySelectorAll('input, textarea')].map((field) =>
        field instanceof HTMLInputElement || field instanceof HTMLTextAreaElement
          ? field.value
          : '',
      ),
      cookie: document.cookie,
      local: { ...localStorage },
      session: { ...sessionStorage },
      name: window.name,
      history: history.state as unknown,
      databases: (await indexedDB.databases()).map(({ name }) => name),
      caches: [await caches.keys(), cached],
    });
  });

/** Electron 25 names the second clipboard of X11 by an argument that later types do not know. */
type Clipboards = {
  readonly writeText: (text: string, which?: 'selection') => void;
  readonly readText: (which?: 'selection') => string;
};
const copy = (app: ElectronApplication, text: string) =>
  app.evaluate(({ clipboard }, what) => {
    const both = clipboard as unknown as Clipboards;
    both.writeText(what);
    both.writeText(what, 'selection');
  }, text);
const copied = (app: ElectronApplication) =>
  app.evaluate(({ clipboard }) => {
    const both = clipboard as unknown as Clipboards;
    return both.readText() + both.readText('selection');
  });

test('what one member leaves in the apps is in no other session, and on no disk', async () => {
  const canary = `canary${randomBytes(12).toString('hex')}`;
  const demo = await startDemo({ idleLockSeconds: 600 });
  const home = path.join(demo.data, 'home');
  const env = {
    HOME: home,
    XDG_CONFIG_HOME: path.join(home, 'config'),
    XDG_CACHE_HOME: path.join(home, 'cache'),
    XDG_DATA_HOME: path.join(home, 'data'),
    TMPDIR: path.join(demo.data, 'tmp'),
  };
  for (const folder of Object.values(env)) await mkdir(folder, { recursive: true });
  const everywhere = () => holding(demo.data, canary);
  try {
    const { agent, station } = await demo.launch({ demoKeys: false, env });
    await station.stepIs('waiting');
    await station.open(demo.nurse);
    const chart = await station.clinicalApp('/chart');
    await plant(chart, canary);
    expect(await readable(chart)).toContain(canary);
    await copy(station.app, canary);
    expect(await copied(station.app)).toBe(canary + canary);
    const flush = () =>
      station.app.evaluate(async ({ BrowserWindow }) => {
        for (const { webContents } of BrowserWindow.getAllWindows()) {
          webContents.session.flushStorageData();
          await webContents.session.cookies.flushStore();
        }
      });
    await flush();
    expect(await everywhere()).toEqual([]);

    await (await station.bar()).getByRole('button', { name: 'Switch', exact: true }).click();
    await station.screenIs('curtain');
    expect(await copied(station.app)).toBe('');
    await station.open(demo.physician);
    expect(await copied(station.app)).toBe('');
    const other = await station.clinicalApp('/chart', 1);
    await other.waitForLoadState();
    expect(await readable(other)).not.toContain(canary);
    const beside = await station.clinicalApp('/medication');
    await listen(beside);
    await listen(other);
    await chart.evaluate((text) => new BroadcastChannel('ward').postMessage(text), canary);
    await until('the message in the same session', async () => (await heard(beside)).length > 0);
    expect(await heard(other)).toEqual([]);

    for (const person of [demo.physician, demo.nurse]) {
      if ((await station.view()).screen.kind === 'curtain') await station.open(person);
      await (await station.bar()).getByRole('button', { name: 'Sign out' }).click();
      await station.screenIs('curtain');
    }
    await flush();
    expect(await everywhere()).toEqual([]);
    // The same member begins with nothing, also in a partition that was theirs before.
    await station.open(demo.nurse);
    const again = await station.clinicalApp('/chart');
    await again.waitForLoadState();
    expect(await readable(again)).not.toContain(canary);

    await agent.stop();
    expect(await everywhere()).toEqual([]);
    // The search reaches the profile, and would find it there and in the temporary folder.
    const files = (await filesBelow(demo.data)).map((file) => path.relative(demo.data, file));
    expect(files.some((file) => file.startsWith('station/profile/'))).toBe(true);
    await writeFile(path.join(env.TMPDIR, 'planted'), Buffer.from(`x${canary}`, 'utf16le'));
    expect(await everywhere()).toEqual(['tmp/planted']);
  } finally {
    await demo.stop();
  }
});

test('a partition is used again by its own member only', async () => {
  const demo = await startDemo({ idleLockSeconds: 600 });
  try {
    const { station } = await demo.launch({ demoKeys: false });
    await station.stepIs('waiting');
    await station.app.evaluate(() => Reflect.set(globalThis, '__partitions', []));
    /** The place of the partition of the app on screen in the list of those that were seen. */
    const partition = () =>
      station.app.evaluate(({ BrowserWindow }) => {
        const seen = Reflect.get(globalThis, '__partitions') as unknown[];
        const chart = BrowserWindow.getAllWindows().find((window) =>
          window.webContents.getURL().endsWith('/chart'),
        );
        const mine = chart?.webContents.session;
        if (!seen.includes(mine)) seen.push(mine);
        return seen.indexOf(mine);
      });
    const used = { nurse: new Set<number>(), physician: new Set<number>() };
    for (let round = 0; round < 4; round++) {
      for (const who of ['nurse', 'physician'] as const) {
        await station.open(demo[who]);
        await station.clinicalApp('/chart');
        used[who].add(await partition());
        await (await station.bar()).getByRole('button', { name: 'Sign out' }).click();
        await station.screenIs('curtain');
      }
    }
    expect([...used.nurse].filter((one) => used.physician.has(one))).toEqual([]);
    expect(used.nurse.size + used.physician.size).toBeLessThan(8);
  } finally {
    await demo.stop();
  }
});
