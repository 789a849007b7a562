// Control of the simulator: JSON lines over TCP (tests), a page with its API over HTTP (people).
import { readFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

const perform = (slot, { cmd, key, auto, delayMs = 0 }) => {
  switch (cmd) {
    case 'insert':
      slot.insert(key);
      return {};
    case 'remove':
      slot.remove();
      return {};
    case 'touch':
      if (auto !== undefined) {
        slot.touchAutomatically(auto ? delayMs : undefined);
        return {};
      }
      return { touched: slot.touch() };
    case 'state':
      return slot.state();
    default:
      throw new Error(`unknown command ${cmd}: insert, remove, touch, state or subscribe`);
  }
};

/** Each line is answered by one line, { ok: true, … } or { ok: false, error }. */
export async function openControl(slot, port) {
  const server = createServer((socket) => {
    const write = (value) => socket.write(`${JSON.stringify(value)}\n`);
    const onChanged = () => write({ ok: true, event: 'state', ...slot.state() });
    socket.on('error', () => socket.destroy());
    socket.on('close', () => slot.events.off('changed', onChanged));
    createInterface({ input: socket }).on('line', (line) => {
      try {
        const request = JSON.parse(line);
        if (request.cmd === 'subscribe') {
          slot.events.on('changed', onChanged);
          write({ ok: true });
        } else write({ ok: true, ...perform(slot, request) });
      } catch (error) {
        write({ ok: false, error: error.message });
      }
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}

/** The Demo keys page. Only this computer's browser may use it, and no other site through it. */
export async function openPage(slot, pins, port) {
  const page = path.join(import.meta.dirname, 'demo-keys.html');
  const listeners = new Set();
  const state = () => {
    const now = slot.state();
    return JSON.stringify({
      ...now,
      keys: now.keys.map((key) => ({ ...key, pin: pins.get(key.id) })),
    });
  };
  slot.events.on('changed', () => {
    for (const response of listeners) response.write(`data: ${state()}\n\n`);
  });

  const post = async (request, response) => {
    if (request.headers['content-type'] !== 'application/json')
      return response.writeHead(415).end();
    let body = '';
    for await (const chunk of request) body += chunk;
    const cmd = request.url.slice(1);
    if (cmd === 'quit') {
      response.end('{}', () => process.exit(0));
      return undefined;
    }
    const { key } = JSON.parse(body || '{}');
    return response.end(JSON.stringify(perform(slot, { cmd, key })));
  };

  const server = createHttpServer((request, response) => {
    if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(request.headers.host ?? ''))
      return void response.writeHead(403).end();
    if (request.method === 'POST') {
      post(request, response).catch((error) =>
        response.writeHead(400).end(JSON.stringify({ error: error.message })),
      );
      return undefined;
    }
    if (request.url === '/state')
      return void response.setHeader('content-type', 'application/json').end(state());
    if (request.url === '/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      response.write(`data: ${state()}\n\n`);
      listeners.add(response);
      request.on('close', () => listeners.delete(response));
      return undefined;
    }
    if (request.url !== '/') return void response.writeHead(404).end();
    readFile(page).then(
      (html) => response.setHeader('content-type', 'text/html; charset=utf-8').end(html),
      (error) => response.writeHead(500).end(error.message),
    );
    return undefined;
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return server.address().port;
}
