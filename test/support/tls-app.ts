import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { type Server, createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { promisify } from 'node:util';
import type { TLSSocket } from 'node:tls';

const run = promisify(execFile);
const DATABASE = '.pki/nssdb';

/**
 * Two addresses of an app that speaks TLS: one with a certificate that nobody trusts, one that asks for a client's.
 * The user with this home trusts the second one's authority, and has a certificate to give (NSS, as Chromium reads it).
 */
export async function startTlsApp(home: string) {
  const at = (name: string) => path.join(home, name);
  const made = async (name: string, ...more: readonly string[]) => {
    const [key, cert] = [at(`${name}.key`), at(`${name}.crt`)];
    await run('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
      ...['-subj', `/CN=${name}`, '-days', '2', '-keyout', key, '-out', cert, ...more],
    ]);
    return { key: await readFile(key), cert: await readFile(cert) };
  };
  const address = ['-addext', 'subjectAltName=IP:127.0.0.1'];
  const leaf = ['-CA', at('authority.crt'), '-CAkey', at('authority.key')];
  const own = await made('unknown', ...address);
  await made('authority');
  const trusted = await made('app', ...leaf, ...address, '-addext', 'basicConstraints=CA:FALSE');
  await made('station', ...leaf, '-addext', 'basicConstraints=CA:FALSE');

  await mkdir(at(DATABASE), { recursive: true });
  const database = ['-d', `sql:${at(DATABASE)}`];
  await run('certutil', [...database, '-N', '--empty-password']);
  await run('certutil', [
    ...[...database, '-A', '-n', 'authority', '-t', 'CT,,', '-i', at('authority.crt')],
  ]);
  const bundle = at('station.p12');
  await run('openssl', [
    ...['pkcs12', '-export', '-inkey', at('station.key'), '-in', at('station.crt')],
    ...['-out', bundle, '-passout', 'pass:'],
  ]);
  await run('pk12util', [...database, '-i', bundle, '-W', '']);

  /** Names of the certificates that clients have given; empty for none. */
  const given: string[] = [];
  const listen = async (server: Server) => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return { server, host: `127.0.0.1:${(server.address() as AddressInfo).port}` };
  };
  const unknown = await listen(createServer(own, (_request, response) => response.end('unknown')));
  const asking = await listen(
    createServer(
      { ...trusted, requestCert: true, rejectUnauthorized: false },
      (request, response) => {
        const { subject } = (request.socket as TLSSocket).getPeerCertificate();
        given.push(String(subject?.CN ?? ''));
        response.setHeader('access-control-allow-origin', '*').end('asking');
      },
    ),
  );
  return {
    unknown: unknown.host,
    asking: asking.host,
    given,
    async stop() {
      for (const { server } of [unknown, asking]) {
        server.closeAllConnections();
        server.close();
        await once(server, 'close');
      }
    },
  };
}
