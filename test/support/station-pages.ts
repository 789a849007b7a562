import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { pageHeaders } from '../../main/windows/page-headers.ts';

export interface StationPages {
  readonly origin: string;
  close(): Promise<void>;
}

const built = path.resolve(import.meta.dirname, '../../out/agent-dev/ui');

/**
 * The built pages over http, from the build's own list and with the headers of the agent. A path
 * in `planted` is answered with that document instead.
 */
export async function serveStationPages(
  planted: Readonly<Record<string, (document: string) => string>> = {},
  folder = process.env['WARDLOCK_TEST_UI'] ?? built,
): Promise<StationPages> {
  const manifest = JSON.parse(await readFile(path.join(folder, 'manifest.json'), 'utf8')) as Record<
    string,
    string
  >;
  const document = await readFile(path.join(folder, 'index.html'), 'utf8');
  const surfaces = new Set(['/curtain', '/bar', '/overlay']);

  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', 'http://station');
    const plant = planted[pathname];
    const send = (type: string, body: string | Buffer) =>
      response.writeHead(200, pageHeaders(type)).end(body);
    const name = pathname.slice(1);
    const type = manifest[name];
    if (plant !== undefined) send('text/html; charset=utf-8', plant(document));
    else if (surfaces.has(pathname)) send('text/html; charset=utf-8', document);
    else if (type === undefined) response.writeHead(404).end();
    else {
      readFile(path.join(folder, name)).then(
        (body) => send(type, body),
        (cause: unknown) => response.writeHead(500).end(String(cause)),
      );
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
