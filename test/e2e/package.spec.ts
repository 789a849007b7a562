import { createHash } from 'node:crypto';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { startDisplay } from '../../tools/display.mjs';
import { productionFuses, readFuses } from '../../tools/fuses.mjs';
import { packedAgents } from '../support/packed-agent.ts';
import { until } from '../support/station.ts';
import { BROWSER_KEYS, WINDOW_MANAGER_KEYS, handsOn, startOpenbox } from '../support/x11.ts';

/** The two packages of this commit, as a user starts them. */
test.describe.configure({ mode: 'serial' });

let packages: Awaited<ReturnType<typeof packedAgents>>;
let display: Awaited<ReturnType<typeof startDisplay>>;

test.beforeAll(async () => {
  packages = await packedAgents();
  display = await startDisplay();
});
test.afterAll(async () => {
  await packages?.stop();
  await display?.stop();
});

/** Bytes of a picture that a blinking caret changes, at most. */
const CARET = 400;
const differences = (one: Buffer, other: Buffer) => {
  let count = 0;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) count++;
  return count;
};
const executable = (folder: string) => path.join(folder, 'wardlock');

test('the fuses of the production package are those of the list, read from its binary', async () => {
  const found = await readFuses(executable(packages.production));
  expect(Object.keys(found).length).toBeGreaterThanOrEqual(7);
  for (const [name, isOn] of Object.entries(found))
    expect([name, isOn]).toEqual([name, Reflect.get(productionFuses, name)]);
  expect(productionFuses).toMatchObject({
    RunAsNode: false,
    EnableNodeOptionsEnvironmentVariable: false,
    EnableNodeCliInspectArguments: false,
    EnableCookieEncryption: true,
    OnlyLoadAppFromAsar: true,
  });
});

test('one fuse is the only difference between the packages', async () => {
  const filesOf = async (folder: string) => {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    const names = entries
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)));
    const hashes: Record<string, string> = {};
    for (const name of names.sort()) {
      const bytes = await readFile(path.join(folder, name));
      hashes[name] = createHash('sha256').update(bytes).digest('hex');
    }
    return hashes;
  };
  const { wardlock: _mine, ...production } = await filesOf(packages.production);
  const { wardlock: _other, ...inspectable } = await filesOf(packages.inspectable);
  expect(inspectable).toEqual(production);

  const [ours, theirs] = await Promise.all([
    readFile(executable(packages.production)),
    readFile(executable(packages.inspectable)),
  ]);
  expect(theirs.length).toBe(ours.length);
  const different: number[] = [];
  for (let at = 0; at < ours.length; at++) if (ours[at] !== theirs[at]) different.push(at);
  expect(different.length).toBe(1);
  expect(await readFuses(executable(packages.inspectable))).toEqual({
    ...(await readFuses(executable(packages.production))),
    EnableNodeCliInspectArguments: true,
  });
});

test.describe('the production package ends with a sentence', () => {
  const refused = async (
    start: Parameters<typeof packages.start>[1],
    code: number,
    says: RegExp,
  ) => {
    const running = await packages.start(packages.production, {
      ...start,
      env: { DISPLAY: display.name, ...start?.env },
    });
    expect(await running.code, running.output()).toBe(code);
    expect(running.output()).toMatch(says);
    // Nothing was begun.
    expect(await readdir(running.home)).not.toContain('.config');
  };
  for (const option of [
    '--remote-debugging-port=9222',
    '--remote-debugging-pipe',
    '--inspect',
    '--inspect-brk=0',
    '--no-sandbox',
    '--proxy-server=127.0.0.1:9',
    '--host-rules=MAP * 127.0.0.1',
    '--host-resolver-rules=MAP * 127.0.0.1',
    '--ignore-certificate-errors',
    '--ignore-certificate-errors-spki-list=AAAA',
    '--ssl-key-log-file=keys',
    '--disable-web-security',
    '--load-extension=/tmp',
    '--js-flags=--expose-gc',
    '--user-data-dir=elsewhere',
    '--diagnose --no-sandbox',
    '-r',
    'another-app',
  ])
    test(`at ${option}`, () =>
      refused(
        { args: option.startsWith('--diagnose') ? option.split(' ') : [option] },
        64,
        /takes no option but --diagnose/,
      ));
  for (const name of ['SSLKEYLOGFILE', 'NODE_OPTIONS', 'NODE_TLS_REJECT_UNAUTHORIZED'])
    test(`with ${name} in the environment`, () =>
      refused({ env: { [name]: '0' } }, 64, new RegExp(`${name} is set`)));
  test('as root', () =>
    refused({ as: { uid: 0, gid: 0 }, args: ['--no-sandbox'] }, 77, /does not run as root/));
});

test('it is no Node, and SIGUSR1 opens no inspector', async () => {
  const node = await packages.start(packages.production, {
    args: ['-e', 'console.log("planted")'],
    env: { DISPLAY: display.name, ELECTRON_RUN_AS_NODE: '1' },
  });
  expect(await node.code).toBe(64);
  expect(node.output()).not.toContain('planted');

  const running = await packages.start(packages.production, { env: { DISPLAY: display.name } });
  const hands = handsOn(display.name);
  await until(
    'the curtain',
    async () => (await hands.windows()).some(({ width }) => width >= 1920),
    60,
  );
  running.child.kill('SIGUSR1');
  // With the fuse off the signal has its default effect or none; an inspector says where it listens.
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(running.output()).not.toMatch(/Debugger listening/);
  running.child.kill('SIGKILL');
  await running.code;
});

for (const withManager of [false, true])
  test(`no key leaves the production package ${withManager ? 'under openbox' : 'on a bare display'}`, async () => {
    test.setTimeout(300_000);
    const glass = await mkdtemp(path.join(tmpdir(), 'wardlock-glass-'));
    const own = await startDisplay({ frameBuffer: glass });
    // Below the rail, where the clock is: 980 rows of 1920 pixels.
    const picture = async () =>
      (await readFile(path.join(glass, 'Xvfb_screen0'))).subarray(-980 * 1920 * 4);
    const manager = withManager ? await startOpenbox(own.name) : undefined;
    const hands = handsOn(own.name);
    const running = await packages.start(packages.production, { env: { DISPLAY: own.name } });
    try {
      const covering = async () => {
        const shown = await hands.windows();
        return shown[0] !== undefined && shown[0].width >= 1920 && shown[0].height >= 1080
          ? shown.map(({ width, height }) => `${width}x${height}`)
          : undefined;
      };
      const usual = await until('the curtain', covering, 60);
      const stays = async (after: string) => {
        const shown = await until(`the curtain after ${after}`, covering, 5);
        expect(shown, after).toEqual(usual);
        expect(running.child.exitCode, after).toBe(null);
      };
      // Keys do arrive there: what is typed into the field of the pairing code is seen.
      // It is there once its caret blinks; what comes before it stands still as well.
      let before = await picture();
      await until('the caret in a page at rest', async () => {
        const earlier = before;
        await new Promise((resolve) => setTimeout(resolve, 300));
        before = await picture();
        const blink = differences(earlier, before);
        return new Set(before).size > 100 && blink > 0 && blink < CARET;
      });
      await hands.xdotool('type', '--delay', '60', 'ABCDEFGH');
      await until('what was typed', async () => differences(before, await picture()) > 10 * CARET);
      for (let letter = 0; letter < 8; letter++) await hands.key('BackSpace');
      await until('it to be erased', async () => differences(before, await picture()) < CARET);
      for (const key of [...BROWSER_KEYS, ...WINDOW_MANAGER_KEYS]) {
        await hands.key(key);
        await new Promise((resolve) => setTimeout(resolve, 60));
        await stays(key);
      }
      for (const button of [1, 2, 3, 8, 9]) {
        await hands.click(5, 5, button);
        await hands.click(960, 540, button);
        await stays(`button ${button}`);
      }
      await hands.xdotool('keydown', 'ctrl', 'click', '4', 'click', '5', 'keyup', 'ctrl');
      await stays('the wheel');
    } finally {
      running.child.kill('SIGKILL');
      await running.code;
      manager?.stop();
      await own.stop();
      await rm(glass, { recursive: true, force: true });
    }
  });
