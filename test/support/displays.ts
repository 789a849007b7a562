import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type Socket, createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { run } from '../../tools/run.mjs';
import { endingWithUs, supervise } from '../../tools/service.mjs';
import { until } from './station.ts';

/** One display, in pixels of the whole desktop. */
export interface Output {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Reads so many bytes at a time off a socket. */
function reader(socket: Socket): (length: number) => Promise<Buffer> {
  let buffer = Buffer.alloc(0);
  socket.on('data', (chunk: Buffer) => {
    buffer = Buffer.concat([buffer, chunk]);
  });
  return (length) =>
    until(`${length} bytes of Xvnc`, () => {
      if (buffer.length < length) return undefined;
      const part = buffer.subarray(0, length);
      buffer = buffer.subarray(length);
      return part;
    });
}

const u16 = (...values: readonly number[]) => {
  const bytes = Buffer.alloc(2 * values.length);
  values.forEach((value, index) => bytes.writeUInt16BE(value, 2 * index));
  return bytes;
};
const u32 = (...values: readonly number[]) => {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => bytes.writeInt32BE(value, 4 * index));
  return bytes;
};

/** The RFB protocol (RFC 6143), as far as it is needed to ask for other displays. */
async function connect(file: string): Promise<Socket> {
  const socket = createConnection(file);
  await once(socket, 'connect');
  const read = reader(socket);
  await read(12);
  socket.write('RFB 003.008\n');
  const [types = 0] = await read(1);
  await read(types);
  // Security type None; then the client shares the display.
  socket.write(Buffer.of(1));
  await read(4);
  socket.write(Buffer.of(1));
  const start = await read(24);
  await read(start.readUInt32BE(20));
  // SetEncodings: Raw, DesktopSize and ExtendedDesktopSize; without them the display keeps its size.
  socket.write(Buffer.concat([Buffer.of(2, 0), u16(3), u32(0, -223, -308)]));
  // FramebufferUpdateRequest of one pixel: the server tells what it is asked only after one.
  socket.write(Buffer.concat([Buffer.of(3, 0), u16(0, 0, 1, 1)]));
  return socket;
}

/** SetDesktopSize, message 251 of the rfbproto community's list. */
function desktopSize(outputs: readonly Output[]): Buffer {
  const width = Math.max(...outputs.map((output) => output.x + output.width));
  const height = Math.max(...outputs.map((output) => output.y + output.height));
  return Buffer.concat([
    Buffer.of(251, 0),
    u16(width, height),
    Buffer.of(outputs.length, 0),
    ...outputs.map((output, id) =>
      Buffer.concat([u32(id), u16(output.x, output.y, output.width, output.height), u32(0)]),
    ),
  ]);
}

/** An X server whose displays are plugged in and pulled (Xvnc). */
export async function startDisplays(outputs: readonly [Output, ...Output[]]) {
  const folder = await mkdtemp(path.join(tmpdir(), 'wardlock-displays-'));
  const file = path.join(folder, 'rfb');
  const [{ width, height }] = outputs;
  const server = [
    ...['-displayfd', '3', '-rfbport', '-1', '-rfbunixpath', file, '-SecurityTypes', 'None'],
    ...['-AlwaysShared', '-geometry', `${width}x${height}`, '-depth', '24', '-nolisten', 'tcp'],
  ];
  const child = spawn(...endingWithUs('Xvnc', server), {
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  const xvnc = supervise('Xvnc', child);
  let told = '';
  child.stdio[3]?.on('data', (chunk: Buffer) => {
    told += chunk.toString();
  });
  const number = await until('the display', () => told.endsWith('\n') && told.trim());
  const name = `:${number}`;
  const socket = await connect(file);
  const plug = (now: readonly [Output, ...Output[]]) => void socket.write(desktopSize(now));
  plug(outputs);
  return {
    /** For DISPLAY. */
    name,
    /** These are the displays now. */
    plug,
    /** All displays in one picture. */
    screenshot: async (picture: string) => {
      await run('import', ['-display', name, '-window', 'root', picture], { seconds: 30 });
    },
    async stop() {
      socket.destroy();
      await xvnc.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

export type Displays = Awaited<ReturnType<typeof startDisplays>>;
