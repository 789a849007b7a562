import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeCertificate } from './openssl.ts';
import { type Send, TestStation, openLab } from './server-lab.ts';
import { type ServerProcess, serverCommand, startServer } from './server-process.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'wardlock-tls-'));
});
afterEach(() => rm(folder, { recursive: true }));

/** Over TLS, trusting this authority and no other. */
const sendOverTls =
  (origin: string, ca: Buffer): Send =>
  ({ method, url, headers, body }) =>
    new Promise((resolve, reject) => {
      const req = request(origin + url, { method, headers, ca, agent: false }, (response) => {
        let text = '';
        response.on('data', (chunk) => (text += String(chunk)));
        response.on('end', () => {
          const entries = Object.entries(response.headers);
          resolve({
            status: response.statusCode ?? 0,
            headers: Object.fromEntries(entries.map(([k, v]) => [k, String(v)])),
            body: text,
          });
        });
      });
      req.on('error', reject);
      req.end(body);
    });

/** Common name of the certificate that a new connection is shown. */
const shownName = (server: ServerProcess) =>
  new Promise<string>((resolve, reject) => {
    const port = Number(new URL(server.origin).port);
    const socket = connect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
      resolve(String(socket.getPeerCertificate().subject.CN));
      socket.destroy();
    });
    socket.on('error', reject);
  });

async function logged(server: ServerProcess, line: string): Promise<void> {
  while (!server.log().includes(line)) await sleep(20);
}

test('a station pairs over TLS; SIGHUP takes a new certificate and leaves out a broken one', async () => {
  const data = path.join(folder, 'data');
  const init = ['--data', data, '--practice', 'x', '--rp-id', 'x', '--group', 'ER'];
  expect((await serverCommand('init', ...init)).code).toBe(0);
  const first = await makeCertificate(folder, 'first');
  const ca = await readFile(first.cert);
  // Relative to the file that names them.
  const tls = { tlsCert: '../first.crt', tlsKey: '../first.key' };
  await writeFile(path.join(data, 'wardlock-server.json'), JSON.stringify(tls));
  const server = await startServer(data);
  expect(server.origin).toMatch(/^https:/);

  const code = await serverCommand('pairing-code', '--data', data, '--group', 'ER', '--approved');
  const station = new TestStation(sendOverTls(server.origin, ca));
  const paired = await station.pair(code.stdout.trim());
  expect(paired.status).toBe(200);
  expect(paired.headers['strict-transport-security']).toBe('max-age=31536000');
  const opened = await station.send({ method: 'GET', url: `/?token=${server.token}`, headers: {} });
  expect(opened.headers['set-cookie']).toMatch(/; Secure$/);

  await writeFile(first.key, 'broken');
  server.child.kill('SIGHUP');
  await logged(server, 'TLS certificate not replaced');
  expect(await shownName(server)).toBe('first');
  const second = await makeCertificate(folder, 'second');
  await copyFile(second.cert, first.cert);
  await copyFile(second.key, first.key);
  server.child.kill('SIGHUP');
  while ((await shownName(server)) !== 'second') await sleep(20);
  expect(server.log()).not.toContain('broken');
  expect(await server.end('SIGTERM')).toBe(0);
});

test('serve refuses to be reached from elsewhere without TLS, and says what to do', async () => {
  const data = path.join(folder, 'data');
  await serverCommand('init', '--data', data, '--practice', 'x', '--rp-id', 'x');
  const refused = await serverCommand('serve', '--data', data, '--host', '0.0.0.0', '--port', '0');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toMatch(/^--host is "0.0.0.0", .* or allowInsecure to true .*\.\n$/);
  const open = await startServer(data, '--host', '0.0.0.0', '--allow-insecure');
  expect((await fetch(`${open.origin}/v1/nonce`)).status).toBe(200);
  expect(await open.end('SIGTERM')).toBe(0);
});

test('SIGHUP without TLS ends nothing', async () => {
  const data = path.join(folder, 'data');
  await serverCommand('init', '--data', data, '--practice', 'x', '--rp-id', 'x');
  const server = await startServer(data);
  server.child.kill('SIGHUP');
  await logged(server, 'nothing to read again');
  expect((await fetch(`${server.origin}/v1/nonce`)).status).toBe(200);
  expect(await server.end('SIGTERM')).toBe(0);
});

test('only a proxy that is trusted says who asks, and how', async () => {
  const lab = await openLab({ listening: { tls: undefined, trustProxy: ['10.0.0.0/24'] } });
  const open = (remoteAddress: string) =>
    lab.app.inject({
      url: `/?token=${lab.keys.consoleToken}`,
      remoteAddress,
      headers: { 'x-forwarded-proto': 'https', 'x-forwarded-for': '192.0.2.7' },
    });
  expect((await open('10.0.0.9')).headers['set-cookie']).toMatch(/; Secure$/);
  const direct = await open('10.0.1.9');
  expect(direct.headers['set-cookie']).not.toMatch(/Secure/);
  expect(direct.headers['strict-transport-security']).toBeUndefined();
  await lab.close();
});
