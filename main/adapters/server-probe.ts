import { lookup } from 'node:dns/promises';
import { connect as connectPlain, isIP } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Finding } from '../../common/findings.ts';
import { NONCE_HEADER } from '../../common/wire.ts';
import type { Probed, ServerProbe } from '../ports/server-probe.ts';
import { exchange } from './transport-exchange.ts';

const DEADLINE_MS = 8_000;
const MAX_ANSWER_BYTES = 64 * 1024;

/** The server's name, its connection and its answer, each asked for by itself. */
export function serverProbe(serverUrl: string): ServerProbe {
  const url = new URL(serverUrl);
  const isTls = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (isTls ? 443 : 80) : Number(url.port);

  return {
    async name() {
      try {
        const { address } = await lookup(host);
        return address === host
          ? { finding: 'name-local', value: address }
          : { finding: 'name-found', value: address };
      } catch {
        return { finding: 'name-unknown', value: host };
      }
    },

    connection: () =>
      new Promise<Probed>((resolve) => {
        const socket = isTls
          ? // RFC 6066, 3: an address is no server name.
            connectTls({ host, port, ...(isIP(host) === 0 ? { servername: host } : {}) })
          : connectPlain({ host, port });
        const done = (found: Probed) => {
          socket.destroy();
          resolve(found);
        };
        socket.setTimeout(DEADLINE_MS, () => done({ finding: 'connection-silent' }));
        socket.once('error', (error: NodeJS.ErrnoException) =>
          done({ finding: connectionFinding(error.code ?? '') }),
        );
        socket.once(isTls ? 'secureConnect' : 'connect', () => {
          const protocol = isTls ? (socket as TLSSocket).getProtocol() : null;
          done(
            protocol === null
              ? { finding: 'connection-local' }
              : { finding: 'tls-good', value: protocol },
          );
        });
      }),

    /** Its clock is read from the Date header (RFC 9110, 6.6.1), taken at the middle of the exchange. */
    async server() {
      const begin = Date.now();
      const request = {
        method: 'GET',
        path: '/v1/nonce',
        maxAnswerBytes: MAX_ANSWER_BYTES,
      } as const;
      const answer = await exchange(serverUrl, request, DEADLINE_MS);
      if (!answer.ok) return { kind: 'silent' };
      const { headers, status } = answer.value;
      if (status >= 500) return { kind: 'failing' };
      if (!headers.has(NONCE_HEADER)) return { kind: 'other' };
      // Whole seconds, rounded down.
      const told = Date.parse(headers.get('date') ?? '') + 500;
      const middle = (begin + Date.now()) / 2;
      return { kind: 'answered', ahead: Number.isNaN(told) ? undefined : (told - middle) / 1000 };
    },
  };
}

/** By the codes of Node and OpenSSL. */
function connectionFinding(code: string): Finding {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'name-unknown';
    case 'ECONNREFUSED':
      return 'connection-refused';
    case 'CERT_HAS_EXPIRED':
    case 'CERT_NOT_YET_VALID':
      return 'certificate-date';
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return 'certificate-name';
    case 'EPROTO':
    case 'ECONNRESET':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return 'tls-missing';
    default:
      return /CERT|ISSUER|SIGNATURE|SIGNED/.test(code)
        ? 'certificate-untrusted'
        : 'connection-silent';
  }
}
