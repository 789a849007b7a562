import { openSync, readSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDisplay } from '../../tools/display.mjs';

/** Milliseconds since the epoch with fractions, comparable between the processes of one machine. */
export const now = (): number => performance.timeOrigin + performance.now();

/** Places on the curtain's floor: always the same there, and different in a clinical app and in the warning. */
const places = [
  [20, 1000],
  [1000, 1060],
  [1900, 1070],
] as const;

/** What a person sees at a few places, as numbers to compare. */
export type Look = string;

/** An X display without a window. */
export const BLACK: Look = '00000000 00000000 00000000';

export interface Screen {
  readonly display: string;
  look(): Look;
  /** When the display first looked so; polled each millisecond. */
  when(what: string, matches: (look: Look) => boolean): Promise<number>;
  close(): Promise<void>;
}

/**
 * A display whose pixels are read from its frame buffer: what is measured is on the glass. (Under
 * Playwright a hidden page calls itself visible and draws frames, so no page can tell.)
 */
export async function openScreen(): Promise<Screen> {
  const folder = await mkdtemp(path.join(tmpdir(), 'wardlock-screen-'));
  const display = await startDisplay({ frameBuffer: folder });
  const file = openSync(path.join(folder, 'Xvfb_screen0'), 'r');
  // X Window Dump header: big-endian words (X11/XWDFile.h).
  const header = Buffer.alloc(100);
  readSync(file, header, 0, header.length, 0);
  const word = (index: number) => header.readUInt32BE(index * 4);
  const [headerSize, bytesPerLine, colours] = [word(0), word(12), word(19)];
  const pixels = headerSize + colours * 12;
  const pixel = Buffer.alloc(4);

  const look = () =>
    places
      .map(([x, y]) => {
        readSync(file, pixel, 0, 4, pixels + y * bytesPerLine + x * 4);
        return pixel.toString('hex');
      })
      .join(' ');
  return {
    display: display.name,
    look,
    async when(what, matches) {
      const end = now() + 30_000;
      for (;;) {
        if (matches(look())) return now();
        if (now() > end) throw new Error(`never on the display: ${what} (it is ${look()})`);
        await sleep(1);
      }
    },
    async close() {
      await display.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
