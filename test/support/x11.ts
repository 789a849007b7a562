import { execFile, spawn } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { endingWithUs } from '../../tools/service.mjs';
import { until } from './station.ts';

const run = promisify(execFile);

export interface XWindow {
  readonly name: string;
  readonly width: number;
  readonly height: number;
}

/** Every key of a browser that leaves a page, or brings up something beside it. */
export const BROWSER_KEYS = (
  'F5 ctrl+r ctrl+shift+r ctrl+F5 F11 F12 ctrl+shift+i ctrl+shift+j ctrl+shift+c ctrl+u ' +
  'ctrl+plus ctrl+minus ctrl+0 ctrl+p ctrl+shift+p ctrl+s ctrl+o ctrl+n ctrl+shift+n ctrl+t ' +
  'ctrl+w ctrl+shift+w ctrl+q ctrl+f ctrl+g ctrl+h ctrl+j ctrl+l ctrl+d alt+Left alt+Right ' +
  'alt+Home alt+d alt+f F1 F3 F7 F10 Menu shift+F10 ctrl+Tab ctrl+1 alt+space alt+F4 F6'
).split(' ');

/** What window managers do by default: other windows, other desktops, the desktop itself, menus, programs. */
export const WINDOW_MANAGER_KEYS = (
  'alt+Tab alt+shift+Tab alt+Escape alt+F2 alt+F5 alt+F7 alt+F8 alt+F9 alt+F10 super super+d super+e super+r ' +
  'super+l super+F2 super+F1 ctrl+alt+Right ctrl+alt+Left ctrl+alt+Down ctrl+alt+d ctrl+alt+d ctrl+alt+Tab ' +
  'ctrl+alt+t ctrl+alt+Delete ctrl+Escape ctrl+shift+Escape alt+Print Print super+Up super+Down super+Left ' +
  'super+Tab alt+shift+Right'
).split(' ');

/** openbox as docs/operations.md tells to start it; resolves once it manages the display. */
export async function startOpenbox(display: string): Promise<{ stop(): void }> {
  const env = { ...process.env, DISPLAY: display };
  const config = path.resolve('installer/kiosk/openbox.xml');
  const manager = spawn(...endingWithUs('openbox', ['--sm-disable', '--config-file', config]), {
    env,
    stdio: 'ignore',
  });
  await until('openbox', async () => {
    const { stdout } = await run('xprop', ['-root', '_NET_SUPPORTING_WM_CHECK'], { env });
    return stdout.includes('window id');
  });
  return { stop: () => void manager.kill() };
}

/** A person's hands and eyes at a display: real input, and the windows that the X server shows. */
export function handsOn(display: string) {
  const env = { ...process.env, DISPLAY: display };
  const xdotool = async (...args: readonly string[]) =>
    (await run('xdotool', args, { env, timeout: 20_000 })).stdout.trim();

  /** Windows that can be seen and are large enough to show something, top-most first. */
  const windows = async (): Promise<readonly XWindow[]> => {
    const { stdout } = await run('xwininfo', ['-root', '-children'], { env });
    const children = [
      ...stdout.matchAll(/^ {5}(0x[0-9a-f]+) (?:"(.*?)"|\(has no name\)): .*? (\d+)x(\d+)\+/gm),
    ].map(([, id = '', name = '', width, height]) => ({
      id,
      name,
      width: Number(width),
      height: Number(height),
    }));
    const seen = await Promise.all(
      children
        .filter(({ width, height }) => width > 10 && height > 10)
        .map(async ({ id, ...window }) => {
          // It may be gone by now.
          const about = await run('xwininfo', ['-id', id], { env }).catch(() => undefined);
          return about !== undefined && /IsViewable/.test(about.stdout) ? [window] : [];
        }),
    );
    return seen.flat();
  };

  return {
    windows,
    click: (x: number, y: number, button = 1) =>
      xdotool('mousemove', String(Math.round(x)), String(Math.round(y)), 'click', String(button)),
    key: (...keys: readonly string[]) => xdotool('key', '--clearmodifiers', ...keys),
    xdotool,
  };
}
