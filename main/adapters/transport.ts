import { type KeyObject, createHash, createPublicKey } from 'node:crypto';
import { SignJWT, calculateJwkThumbprint } from 'jose';
import type { ZodType } from 'zod';
import { base32 } from '../../common/base32.ts';
import { fromBase64url, utf8 } from '../../common/bytes.ts';
import { type Result, err, ok } from '../../common/result.ts';
import {
  type Ed25519Jwk,
  EVENTS_CONTENT_TYPE,
  NONCE_HEADER,
  REQUEST_JWT_TYP,
  ed25519Jwk,
  eventsResponse,
  nonceResponse,
  pairResponse,
  pairingCode,
  wireError,
} from '../../common/wire.ts';
import type { Transport, TransportError } from '../ports/transport.ts';
import { type Answer, type Exchange, exchange } from './transport-exchange.ts';
import { readStream } from './transport-stream.ts';

export interface TransportOptions {
  /** Origin of the server. */
  readonly serverUrl: string;
  /** Ed25519 private key of this station. */
  readonly stationKey: KeyObject;
  /** Station id; undefined before pairing. */
  readonly station: () => string | undefined;
  /** Id of this start of the agent, as in its events. */
  readonly boot?: string;
  /** For each request, its answer read to the end; ms. */
  readonly deadlineMs?: number;
}

const DEADLINE_MS = 15_000;
/** Answers are small; a snapshot of 100,000 members is about 40 MB. */
const MAX_ANSWER_BYTES = 64 * 1024;
/** 16 runs with two proofs each, and the records of restored databases. */
const MAX_RECEIPT_BYTES = 4 * 1024 * 1024;
const MAX_DIRECTORY_BYTES = 64 * 1024 * 1024;

interface Request {
  readonly method: 'GET' | 'POST';
  /** Path and query. */
  readonly path: string;
  readonly contentType?: string;
  readonly body?: Uint8Array<ArrayBuffer>;
  readonly maxAnswerBytes?: number;
}

/** Signed requests over fetch. An answer's nonce serves the next request, and only that one: each counts once. */
export function createTransport(options: TransportOptions): Transport {
  const { stationKey, station, deadlineMs = DEADLINE_MS } = options;
  const { kty, crv, x } = createPublicKey(stationKey).export({ format: 'jwk' });
  const publicKey = ed25519Jwk.parse({ kty, crv, x });
  let nonce: string | undefined;

  async function ask(request: Exchange): Promise<Result<Answer, TransportError>> {
    const answer = await exchange(options.serverUrl, request, deadlineMs);
    if (answer.ok) nonce = answer.value.headers.get(NONCE_HEADER) ?? nonce;
    return answer;
  }

  async function freshNonce(): Promise<Result<string, TransportError>> {
    const kept = nonce;
    nonce = undefined;
    if (kept !== undefined) return ok(kept);
    const answer = await ask({
      method: 'GET',
      path: '/v1/nonce',
      maxAnswerBytes: MAX_ANSWER_BYTES,
    });
    if (!answer.ok) return answer;
    const parsed = readAs(nonceResponse, answer.value);
    return parsed.ok ? ok(parsed.value.nonce) : parsed;
  }

  /** The signature over one request, as headers. */
  async function authorization(
    request: Request,
    kid: string,
  ): Promise<Result<Readonly<Record<string, string>>, TransportError>> {
    const current = await freshNonce();
    if (!current.ok) return current;
    const bsh = createHash('sha256')
      .update(request.body ?? '')
      .digest('base64url');
    const { boot } = options;
    const claims = { htm: request.method, htu: request.path, bsh, nonce: current.value, boot };
    const jwt = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'EdDSA', typ: REQUEST_JWT_TYP, kid })
      .sign(stationKey);
    return ok({
      authorization: `Wardlock ${jwt}`,
      ...(request.contentType === undefined ? {} : { 'content-type': request.contentType }),
    });
  }

  async function signed(request: Request, kid: string): Promise<Result<Answer, TransportError>> {
    const headers = await authorization(request, kid);
    if (!headers.ok) return headers;
    return ask({ maxAnswerBytes: MAX_ANSWER_BYTES, ...request, headers: headers.value });
  }

  /** A nonce that has run out is answered with a new one: once more, and no oftener. */
  async function send(request: Request, kid: string): Promise<Result<Answer, TransportError>> {
    const first = await signed(request, kid);
    const isStale =
      first.ok && !first.value.isSuccess && refusalOf(first.value).error.code === 'nonce-stale';
    const last = isStale ? await signed(request, kid) : first;
    if (!last.ok) return last;
    return last.value.isSuccess ? last : err(refusalOf(last.value));
  }

  const stationId = (): string => {
    const known = station();
    if (known === undefined) throw new Error('the station is not paired');
    return known;
  };

  return {
    async pair(code, name, former) {
      const [secret, fingerprint] = pairingCode.safeParse(code).data?.split('.') ?? [];
      if (secret === undefined || fingerprint === undefined) {
        return refusal(
          'pairing-code-malformed',
          'The pairing code is mistyped: copy it again from the server.',
        );
      }
      const thumbprint = await calculateJwkThumbprint(publicKey);
      const body = utf8(JSON.stringify({ secret, name, publicKey, station: former }));
      const request = {
        method: 'POST',
        path: '/v1/pair',
        contentType: 'application/json',
        body,
      } as const;
      const answer = await send(request, thumbprint);
      if (!answer.ok) return answer;
      const paired = readAs(pairResponse, answer.value);
      if (!paired.ok) return paired;
      // Whoever answered must hold the key that the code was made for.
      if ((await fingerprintOf(paired.value.serverKey)) !== fingerprint) {
        return refusal(
          'server-key-mismatch',
          'Another server answered than the one that made the pairing code.',
        );
      }
      return paired;
    },

    async directory(have) {
      const path = `/v1/directory?have=${have}`;
      const answer = await send(
        { method: 'GET', path, maxAnswerBytes: MAX_DIRECTORY_BYTES },
        stationId(),
      );
      if (!answer.ok) return answer;
      return ok(answer.value.status === 204 ? undefined : answer.value.text);
    },

    async upload(canonical) {
      const newline = Buffer.from('\n');
      const body = new Uint8Array(Buffer.concat(canonical.flatMap((line) => [line, newline])));
      const request = {
        method: 'POST',
        path: '/v1/events',
        contentType: EVENTS_CONTENT_TYPE,
        body,
      } as const;
      const answer = await send(request, stationId());
      return answer.ok ? readAs(eventsResponse, answer.value) : answer;
    },

    async receipt(question, { epoch, after, last, size }) {
      const place = `epoch=${epoch}&after=${after}&last=${last}&size=${size}`;
      const path = `/v1/log/receipt?ask=${question}&${place}`;
      const answer = await send(
        { method: 'GET', path, maxAnswerBytes: MAX_RECEIPT_BYTES },
        stationId(),
      );
      return answer.ok ? ok(answer.value.text) : answer;
    },

    async commands(question, after) {
      const path = `/v1/commands?ask=${question}&after=${after}`;
      const answer = await send({ method: 'GET', path }, stationId());
      return answer.ok ? ok(answer.value.text) : answer;
    },

    async answerCommand(outcome) {
      const body = utf8(JSON.stringify(outcome));
      const request = {
        method: 'POST',
        path: '/v1/commands',
        contentType: 'application/json',
        body,
      } as const;
      const answer = await send(request, stationId());
      return answer.ok ? ok(undefined) : answer;
    },

    async stream(listener, signal) {
      const path = '/v1/stream';
      const url = new URL(path, options.serverUrl);
      const headers = (came: Headers) => {
        nonce = came.get(NONCE_HEADER) ?? nonce;
      };
      for (let tries = 1; ; tries++) {
        const own = await authorization({ method: 'GET', path }, stationId());
        if (!own.ok) return own.error;
        const end = await readStream(url, own.value, { ...listener, headers }, signal);
        if (end.kind === 'lost') return { kind: 'unreachable', message: end.message };
        const refused = refusalOf(end);
        if (refused.error.code !== 'nonce-stale' || tries > 1) return refused;
      }
    },
  };
}

/** First 80 bits of the RFC 7638 thumbprint, base32. */
async function fingerprintOf(key: Ed25519Jwk): Promise<string> {
  return base32(fromBase64url(await calculateJwkThumbprint(key)).subarray(0, 10));
}

const refusal = (code: string, message: string): Result<never, TransportError> =>
  err({ kind: 'refused', status: 0, error: { code, message } });

function refusalOf({
  status,
  text,
  headers,
}: Pick<Answer, 'status' | 'text' | 'headers'>): Extract<TransportError, { kind: 'refused' }> {
  const error = wireError.safeParse(parsedJson(text)).data;
  // A proxy's own error page is no answer of ours, but an answer it is.
  const retryAfterMs = retryAfterOf(headers);
  return {
    kind: 'refused',
    status,
    error: error ?? { code: 'unknown', message: `HTTP ${status}` },
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

const LONGEST_WAIT_SECONDS = 300;

/** RFC 9110 §10.2.3 in seconds; a date would need the server's clock. Nobody silences a station for hours. */
function retryAfterOf(headers: Headers): number | undefined {
  const text = headers.get('retry-after') ?? '';
  if (!/^\d+$/.test(text)) return undefined;
  return Math.min(Number(text), LONGEST_WAIT_SECONDS) * 1000;
}

/** An answer of another shape comes from somebody in between, a portal say: our server was not reached. */
function readAs<T>(schema: ZodType<T>, { text }: Answer): Result<T, TransportError> {
  const parsed = schema.safeParse(parsedJson(text));
  if (parsed.success) return ok(parsed.data);
  return err({ kind: 'unreachable', message: 'the answer is not one of a Wardlock server' });
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
