import { closeSync, openSync, readSync } from 'node:fs';

const CHUNK = 1 << 20;
const NEWLINE = 10;

/** One line of an export. */
export interface Line {
  /** 0x00 and the line's bytes: what RFC 6962 hashes as a leaf. Valid until the next line is asked for. */
  readonly leaf: Buffer;
  /** The line as Latin-1: enough to read JSON whose names and codes are ASCII, and the fastest to make. */
  readonly text: string;
}

/**
 * Lines of a file in order, without their newline. The byte before a line is the newline of the one before;
 * it is overwritten with the leaf prefix, so that no line is copied to be hashed.
 */
export function* linesOf(file: string): Generator<Line> {
  const fd = openSync(file, 'r');
  try {
    let buffer = Buffer.alloc(CHUNK + 1);
    // Byte 0 stands for the newline before the first line.
    let filled = 1;
    for (;;) {
      if (filled === buffer.length) buffer = Buffer.concat([buffer, Buffer.alloc(buffer.length)]);
      const read = readSync(fd, buffer, filled, buffer.length - filled, null);
      filled += read;
      const whole = read > 0 ? buffer.lastIndexOf(NEWLINE, filled - 1) : filled;
      let from = 1;
      while (from <= whole) {
        const at = buffer.indexOf(NEWLINE, from);
        const to = at < 0 || at > whole ? whole : at;
        // The last line may lack its newline; nothing behind a newline is no line.
        if (read > 0 || to > from) yield lineAt(buffer, from, to);
        from = to + 1;
      }
      if (read === 0) return;
      if (from > 1) {
        buffer.copyWithin(1, from, filled);
        filled -= from - 1;
      }
    }
  } finally {
    closeSync(fd);
  }
}

function lineAt(buffer: Buffer, from: number, to: number): Line {
  buffer[from - 1] = 0;
  return { leaf: buffer.subarray(from - 1, to), text: buffer.toString('latin1', from, to) };
}
