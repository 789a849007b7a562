import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

export interface XWindow {
  readonly name: string;
  readonly width: number;
  readonly height: number;
}

/** A person's hands and eyes at a display: real input, and the windows that the X server shows. */
export function handsOn(display: string) {
  const env = { ...process.env, DISPLAY: display };
  const xdotool = async (...args: readonly string[]) =>
    (await run('xdotool', args, { env, timeout: 20_000 })).stdout.trim();

  /** Windows that can be seen and are large enough to show something, top-most first. */
  const windows = async (): Promise<readonly XWindow[]> => {
    const { stdout } = await run('xwininfo', ['-root', '-children'], { env });
    const children = [...stdout.matchAll(/^ {5}(0x[0-9a-f]+) (.*?):? +(?:\(|(\d+)x)/gm)];
    const seen: XWindow[] = [];
    for (const [, id] of children) {
      // It may be gone by now.
      const { stdout: about } = await run('xwininfo', ['-id', id ?? ''], { env }).catch(() => ({
        stdout: '',
      }));
      const [, name = ''] = /Window id: 0x[0-9a-f]+ "?(.*?)"?$/m.exec(about) ?? [];
      const width = Number(/Width: (\d+)/.exec(about)?.[1] ?? 0);
      const height = Number(/Height: (\d+)/.exec(about)?.[1] ?? 0);
      if (/IsViewable/.test(about) && width > 10 && height > 10) seen.push({ name, width, height });
    }
    return seen;
  };

  return {
    windows,
    click: (x: number, y: number, button = 1) =>
      xdotool('mousemove', String(Math.round(x)), String(Math.round(y)), 'click', String(button)),
    key: (...keys: readonly string[]) => xdotool('key', '--clearmodifiers', ...keys),
    xdotool,
  };
}
