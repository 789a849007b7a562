import type { Server } from 'node:http';
import { isIPv6 } from 'node:net';
import path from 'node:path';
import { Server as TlsServer } from 'node:tls';
import { err, ok } from '../../common/result.ts';
import { buildApp } from '../app.ts';
import { settings } from '../config/settings.ts';
import { type Listening, isLoopback, readListening } from '../http/listening.ts';
import { loadTls } from '../http/tls.ts';
import { loadKeys } from '../keys.ts';
import { startLedger } from '../ledger/ledger.ts';
import { type Log, createLog } from '../log.ts';
import { startRetention } from '../retention/job.ts';
import { openStore } from '../store/store.ts';
import { type Where, program } from './program.ts';
import { noServerIn } from './with-server.ts';

/** Serves until SIGTERM or SIGINT. The first line on stdout says where; everything else is on stderr. */
export const serve = program({
  name: 'serve',
  about: 'Runs the server until it gets SIGTERM or SIGINT.',
  settings: [
    'data',
    'database',
    'host',
    'port',
    'tlsCert',
    'tlsKey',
    'trustProxy',
    'allowInsecure',
    'metricsToken',
    'stationRequestsPerMinute',
    'addressRequestsPerMinute',
    'stopSeconds',
  ],
  options: {},
  async run(given, where) {
    const { data, database } = given;
    const nothing = noServerIn(data);
    if (nothing !== undefined) return err(nothing);
    const listening = readListening(given, where);
    if (!listening.ok) return listening;
    const log = createLog();
    const keys = await loadKeys(data);
    const store = await openStore({ data, database }, (error) =>
      log.error({ err: error }, 'the database broke off'),
    );
    const ledger = startLedger({ store, keys, data, now: Date.now, log });
    const retention = startRetention({ store, now: Date.now, log });
    const app = await buildApp({
      store,
      keys,
      log,
      ledger,
      consoleDir: consoleDir(),
      listening: listening.value,
      metricsToken: given.metricsToken,
      limits: {
        stationPerMinute: given.stationRequestsPerMinute,
        addressPerMinute: given.addressRequestsPerMinute,
      },
    });
    try {
      const { host, port } = listening.value;
      await app.listen({ host, port });
    } catch (error) {
      await retention.close();
      await ledger.close();
      await store.close();
      const sentence = cannotListen(error, given, where);
      if (sentence === undefined) throw error;
      return err(sentence);
    }
    const address = app.server.address();
    if (address === null || typeof address === 'string') throw new Error('no port to listen on');
    const { port } = address;

    reloadTls(app.server, listening.value, log);
    const stop = async (signal: string) => {
      log.info({ signal }, 'stopping');
      const late = setTimeout(() => {
        log.warn('cutting the connections that are still open');
        app.server.closeAllConnections();
      }, given.stopSeconds * 1000);
      try {
        await app.close();
        await retention.close();
        await ledger.close();
        await store.close();
        log.info('stopped');
      } catch (error) {
        log.fatal({ err: error }, 'the stop failed');
        process.exitCode = 1;
      } finally {
        clearTimeout(late);
      }
    };
    // Once each: a second one ends the process at once.
    process.once('SIGTERM', (signal) => void stop(signal));
    process.once('SIGINT', (signal) => void stop(signal));

    const scheme = listening.value.tls === undefined ? 'http' : 'https';
    const consoleUrl = `${scheme}://${hereAs(listening.value.host)}:${port}/?token=${keys.consoleToken}`;
    process.stdout.write(`${JSON.stringify({ ready: true, port, consoleUrl })}\n`);
    return ok(undefined);
  },
});

function cannotListen(
  error: unknown,
  { host, port }: { readonly host: string; readonly port: number },
  where: Where,
): string | undefined {
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'EADDRINUSE':
      return `${where('port')} is ${port}, which is in use; allowed is a free port, or 0 for any.`;
    case 'EACCES':
      return `${where('port')} is ${port}, which this user may not take; allowed is one from 1024 up.`;
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${where('host')} is "${host}", which is not this computer; allowed is ${settings.host.allowed}.`;
    default:
      return undefined;
  }
}

/** The name under which a browser on this computer reaches the server. */
function hereAs(host: string): string {
  if (isLoopback(host) || host === '0.0.0.0' || host === '::') return 'localhost';
  return isIPv6(host) ? `[${host}]` : host;
}

/** SIGHUP reads the certificate files again; those that do not fit leave the old ones in place. */
function reloadTls(server: Server, { tls }: Listening, log: Log): void {
  if (tls !== undefined) log.info({ validTo: tls.validTo }, 'TLS certificate loaded');
  process.on('SIGHUP', () => {
    if (tls === undefined) return log.info('nothing to read again: no TLS certificate');
    const fresh = loadTls(tls.files);
    if (!fresh.ok) return log.error({ problem: fresh.error }, 'TLS certificate not replaced');
    if (server instanceof TlsServer) server.setSecureContext(fresh.value);
    return log.info({ validTo: fresh.value.validTo }, 'TLS certificate loaded');
  });
}

/** Beside the bundle; where the source runs, what the last build left. */
const consoleDir = (): string =>
  import.meta.filename.endsWith('.ts')
    ? path.resolve(import.meta.dirname, '../../out/server/console')
    : path.join(import.meta.dirname, 'console');
