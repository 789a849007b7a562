import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, type Server, createServer as createSocketServer } from 'node:net';
import { expect, test } from 'vitest';
import { serverProbe } from '../../main/adapters/server-probe.ts';
import { temporaryFolder } from '../support/journal.ts';
import { makeCertificate } from './openssl.ts';
import { cleanups } from './paired-agent.ts';
import { openLab } from './server-lab.ts';

async function portOf(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => new Promise<void>((resolve) => void server.close(() => resolve())));
  return (server.address() as AddressInfo).port;
}

async function tlsPort(): Promise<number> {
  const { folder, remove } = temporaryFolder();
  cleanups.push(remove);
  const files = await makeCertificate(folder, 'station');
  const [cert, key] = await Promise.all([readFile(files.cert), readFile(files.key)]);
  return portOf(createTlsServer({ cert, key }, (_request, response) => void response.end()));
}

test('the real server: there, and its clock compared', async () => {
  const lab = await openLab();
  cleanups.push(() => lab.close());
  const probe = serverProbe(await lab.app.listen({ port: 0, host: '127.0.0.1' }));
  expect(await probe.name()).toEqual({ finding: 'name-local', value: '127.0.0.1' });
  expect(await probe.connection()).toEqual({ finding: 'connection-local' });
  const answer = await probe.server();
  // The same computer: less than a busy minute apart.
  expect(answer).toEqual({ kind: 'answered', ahead: expect.closeTo(0, -2) });
});

test('a clock that differs is told in seconds', async () => {
  const ahead = new Date(Date.now() + 3_600_000).toUTCString();
  const port = await portOf(
    createServer((_request, response) =>
      response.writeHead(200, { date: ahead, 'wardlock-nonce': 'x' }).end('{"nonce":"x"}'),
    ),
  );
  const answer = await serverProbe(`http://127.0.0.1:${port}`).server();
  expect(answer).toMatchObject({ kind: 'answered', ahead: expect.closeTo(3600, -2) });
});

test('what answers and is no Wardlock server, and a server that fails', async () => {
  const port = await portOf(createServer((_request, response) => response.end('<html>')));
  expect(await serverProbe(`http://127.0.0.1:${port}`).server()).toEqual({ kind: 'other' });
  const ill = await portOf(
    createServer((_request, response) => response.writeHead(503).end('<html>')),
  );
  expect(await serverProbe(`http://127.0.0.1:${ill}`).server()).toEqual({ kind: 'failing' });
});

test('a name that nobody has, and a port where nobody listens', async () => {
  const nowhere = serverProbe('https://wardlock.invalid');
  expect(await nowhere.name()).toEqual({ finding: 'name-unknown', value: 'wardlock.invalid' });
  expect(await nowhere.connection()).toEqual({ finding: 'name-unknown' });
  expect(await nowhere.server()).toEqual({ kind: 'silent' });
  const server = createSocketServer();
  const port = await portOf(server);
  await new Promise<void>((resolve) => void server.close(() => resolve()));
  const closed = serverProbe(`https://127.0.0.1:${port}`);
  expect(await closed.connection()).toEqual({ finding: 'connection-refused' });
});

test('a certificate of an unknown authority', async () => {
  const port = await tlsPort();
  expect(await serverProbe(`https://127.0.0.1:${port}`).connection()).toEqual({
    finding: 'certificate-untrusted',
  });
});

test('a server without TLS on a port that should have it', async () => {
  const port = await portOf(createServer((_request, response) => response.end()));
  expect(await serverProbe(`https://127.0.0.1:${port}`).connection()).toEqual({
    finding: 'tls-missing',
  });
});
