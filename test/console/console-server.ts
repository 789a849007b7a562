import { readFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import path from 'node:path';
import { overview, type Overview } from '../../common/wire.ts';

const built = path.resolve(import.meta.dirname, '../../out/server/console');

const contentTypes: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.woff2': 'font/woff2',
  '.svg': 'image/svg+xml',
};

export interface ConsoleServer {
  readonly url: string;
  /** What is answered from now on; sent to every open stream. */
  show(next: Overview): void;
  /** Well-formed JSON that is no overview. */
  showNonsense(): void;
  /** Answers with this HTTP status from now on; 200 is well. */
  answer(status: number): void;
  /** Breaks every connection and refuses new ones, until `comeBack`. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  stop(): Promise<void>;
}

/** The built console behind a real HTTP server with a real event stream, under the test's control. */
export async function startConsoleServer(first: Overview): Promise<ConsoleServer> {
  let current = textOf(first);
  let status = 200;
  const streams = new Set<ServerResponse>();

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost');
    if (url.pathname.startsWith('/v1/') && status !== 200) {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ code: 'refused', message: 'as the test wants it' }));
      return;
    }
    switch (url.pathname) {
      case '/v1/console/overview':
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(current);
        return;
      case '/v1/console/stream':
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(message(current));
        streams.add(response);
        response.on('close', () => streams.delete(response));
        return;
      default:
        void sendFile(url.pathname === '/' ? 'index.html' : path.basename(url.pathname), response);
    }
  });

  const say = (text: string): void => {
    current = text;
    for (const stream of streams) stream.write(message(current));
  };

  const listen = (port: number) =>
    new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, '127.0.0.1', resolve);
    });
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });

  await listen(0);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const { port } = address;
  return {
    url: `http://127.0.0.1:${port}/`,
    show: (next) => say(textOf(next)),
    showNonsense: () => say('{"stations":"none"}'),
    answer(next) {
      status = next;
    },
    goAway: close,
    comeBack: () => listen(port),
    stop: close,
  };
}

/** Only what the contract allows is shown by accident. */
const textOf = (value: Overview): string => JSON.stringify(overview.parse(value));

const message = (text: string): string => `event: overview\ndata: ${text}\n\n`;

async function sendFile(name: string, response: ServerResponse): Promise<void> {
  const type = contentTypes[path.extname(name)];
  const body = await readFile(path.join(built, name)).catch(() => undefined);
  if (type === undefined || body === undefined) {
    response.writeHead(404).end();
    return;
  }
  response.writeHead(200, { 'content-type': type }).end(body);
}
