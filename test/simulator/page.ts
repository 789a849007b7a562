// The Demo keys page. Only this computer's browser may use it, and no other site through it.
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { perform } from './control-commands.ts';
import type { Slot } from './usb-slot.ts';

/** Serves the page and its API; resolves with the port. */
export async function openPage(slot: Slot, port: number): Promise<number> {
  const page = path.join(import.meta.dirname, 'demo-keys.html');
  const listeners = new Set<ServerResponse>();
  const state = () => {
    const pins = slot.pins();
    const now = slot.state();
    return JSON.stringify({
      ...now,
      keys: now.keys.map((key) => ({ ...key, pin: pins.get(key.id) })),
    });
  };
  slot.events.on('changed', () => {
    for (const response of listeners) response.write(`data: ${state()}\n\n`);
  });

  async function post(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (request.headers['content-type'] !== 'application/json') {
      response.writeHead(415).end();
      return;
    }
    let body = '';
    for await (const chunk of request) body += String(chunk);
    const cmd = request.url?.slice(1);
    if (cmd === 'quit') {
      response.end('{}', () => process.exit(0));
      return;
    }
    const parameters: unknown = JSON.parse(body || '{}');
    response.end(JSON.stringify(perform(slot, { ...Object(parameters), cmd })));
  }

  function get(url: string | undefined, request: IncomingMessage, response: ServerResponse): void {
    if (url === '/state') {
      response.setHeader('content-type', 'application/json').end(state());
    } else if (url === '/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write(`data: ${state()}\n\n`);
      listeners.add(response);
      request.on('close', () => listeners.delete(response));
    } else if (url === '/') {
      readFile(page).then(
        (html) => response.setHeader('content-type', 'text/html; charset=utf-8').end(html),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    } else response.writeHead(404).end();
  }

  const server = createServer((request, response) => {
    if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? '')) {
      response.writeHead(403).end();
    } else if (request.method === 'POST') {
      post(request, response).catch((error: unknown) => {
        const message = error instanceof Error ? error.message : String(error);
        response.writeHead(400).end(JSON.stringify({ error: message }));
      });
    } else get(request.url, request, response);
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
