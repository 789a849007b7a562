import { BlockList, isIP } from 'node:net';
import { type Result, err, ok } from '../../common/result.ts';
import type { Settings } from '../config/settings.ts';
import { type TlsFiles, type Tls, loadTls } from './tls.ts';

/** How the server is reached. */
export interface Listening {
  readonly host: string;
  readonly port: number;
  /** Present where the server speaks TLS itself. */
  readonly tls: (Tls & { readonly files: TlsFiles }) | undefined;
  /** Addresses whose `x-forwarded-for` and `x-forwarded-proto` are believed. */
  readonly trustProxy: readonly string[];
}

type Wanted = Pick<
  Settings,
  'host' | 'port' | 'tlsCert' | 'tlsKey' | 'trustProxy' | 'allowInsecure'
>;

/** @param where how a setting is called in a sentence, by its name: `host in /x/wardlock-server.json` */
export function readListening(
  wanted: Wanted,
  where: (name: keyof Wanted) => string,
): Result<Listening, string> {
  const { port, tlsCert, tlsKey, trustProxy, allowInsecure } = wanted;
  // For this name Fastify opens a socket on ::1 too, whose certificate a reload would not reach.
  const host = wanted.host === 'localhost' ? '127.0.0.1' : wanted.host;
  const plain = { host, port, tls: undefined, trustProxy };
  if (tlsCert === undefined && tlsKey === undefined) {
    if (isLoopback(host) || allowInsecure) return ok(plain);
    return err(
      `${where('host')} is "${host}", which other computers reach; allowed without TLS is a loopback ` +
        `address: set tlsCert and tlsKey, or allowInsecure to true where something else protects the way.`,
    );
  }
  if (tlsCert === undefined) return err(`${where('tlsKey')} is set; allowed only with tlsCert.`);
  if (tlsKey === undefined) return err(`${where('tlsCert')} is set; allowed only with tlsKey.`);
  const files = { cert: tlsCert, key: tlsKey };
  const tls = loadTls(files);
  return tls.ok ? ok({ ...plain, tls: { ...tls.value, files } }) : tls;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Is this an address that no other computer reaches? */
export function isLoopback(host: string): boolean {
  const version = isIP(host);
  if (version === 0) return false;
  return loopback.check(host, version === 4 ? 'ipv4' : 'ipv6');
}
