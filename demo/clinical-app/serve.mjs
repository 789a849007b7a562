// The demo clinical app: a stand-in for the charting system a practice already has. Nothing is stored.
// usage: node demo/clinical-app/serve.mjs --port N   (0 = any free port); for this computer only
import { createServer } from 'node:http';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { port: { type: 'string' } } });
const port = Number(values.port);
if (values.port === undefined || !Number.isInteger(port) || port < 0 || port > 65535) {
  process.stderr.write('usage: serve.mjs --port N, with N from 0 to 65535\n');
  process.exit(2);
}

const html = 'text/html; charset=utf-8';
const script = 'text/javascript; charset=utf-8';
/** Served by exact name; there is nothing else. */
const files = {
  '/chart': ['chart.html', html],
  '/medication': ['medication.html', html],
  '/labs': ['labs.html', html],
  '/app.css': ['app.css', 'text/css; charset=utf-8'],
  '/ward.js': ['ward.js', script],
  '/patients.js': ['patients.js', script],
  '/chart.js': ['chart.js', script],
  '/medication.js': ['medication.js', script],
  '/labs.js': ['labs.js', script],
};

const headers = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

async function answer(request, response) {
  const { pathname } = new URL(request.url, 'http://localhost');
  if (pathname === '/') return response.writeHead(302, { ...headers, location: '/chart' }).end();
  const [name, type] = files[pathname] ?? [];
  if (name === undefined) return response.writeHead(404, headers).end();
  const body = await readFile(path.join(import.meta.dirname, name));
  return response.writeHead(200, { ...headers, 'content-type': type }).end(body);
}

const server = createServer((request, response) => {
  answer(request, response).catch((error) => {
    process.stderr.write(`${request.url}: ${error.message}\n`);
    response.writeHead(500, headers).end();
  });
});
server.listen(port, '127.0.0.1');
await once(server, 'listening');
process.stdout.write(`${JSON.stringify({ ready: true, port: server.address().port })}\n`);
