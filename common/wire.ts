import * as z from 'zod';
import { eventType, hashHex, id } from './event.ts';
import { shownText } from './shown-text.ts';

/** Every error body on the wire. `message` says what to do. */
export const wireError = z.strictObject({
  code: z.string(),
  message: z.string(),
  field: z.string().optional(),
});
export type WireError = z.infer<typeof wireError>;

/** Ed25519 public key as a JWK (RFC 8037). */
export const ed25519Jwk = z.strictObject({
  kty: z.literal('OKP'),
  crv: z.literal('Ed25519'),
  x: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
});
export type Ed25519Jwk = z.infer<typeof ed25519Jwk>;

/**
 * Pairing code: `SECRET.FINGERPRINT`, both base32 (RFC 4648, no padding), 16 characters = 80 bits each.
 * The fingerprint is the first 80 bits of the RFC 7638 thumbprint (SHA-256) of the server's signing key.
 */
export const pairingCode = z
  .string()
  .regex(/^[A-Z2-7]{16}\.[A-Z2-7]{16}$/, 'a pairing code: 16 characters, a dot, 16 characters');

/** POST /v1/pair. The request is also signed like every station request, which proves possession. */
export const pairRequest = z.strictObject({
  secret: z.string().regex(/^[A-Z2-7]{16}$/),
  name: shownText(80),
  publicKey: ed25519Jwk,
  /** The revoked station that it was: it keeps its id and its journal, under another key. */
  station: id.optional(),
});
export const pairResponse = z.strictObject({
  station: id,
  group: z.string(),
  serverKey: ed25519Jwk,
});
export type PairResponse = z.infer<typeof pairResponse>;

/** GET /v1/nonce; the next one also comes with every answer, in this header (after RFC 9449, DPoP). */
export const NONCE_HEADER = 'wardlock-nonce';
export const nonceResponse = z.strictObject({ nonce: z.string() });

/**
 * A station signs each request: `authorization: Wardlock <JWT>`, EdDSA, `typ` below, `kid` = station id
 * (for /v1/pair: the key's RFC 7638 thumbprint).
 */
export const REQUEST_JWT_TYP = 'wardlock-request+jwt';
export const requestClaims = z.strictObject({
  htm: z.enum(['GET', 'POST']),
  /** Path and query, no origin: a proxy may change the origin. */
  htu: z.string(),
  /** base64url SHA-256 of the body; of nothing for GET. */
  bsh: z.string(),
  nonce: z.string(),
  /** This start of the agent, as in its events: two at once under one key give a stolen one away. */
  boot: id.optional(),
});

/** GET /v1/directory?have=VERSION → 200 `application/jose` (compact JWS of a DirectorySnapshot, `typ` below) or 204. */
export const DIRECTORY_JWS_TYP = 'wardlock-directory+jws';

/** POST /v1/events: canonical events, one a line (application/x-ndjson), one epoch, ascending. */
export const EVENTS_CONTENT_TYPE = 'application/x-ndjson';
export const MAX_BATCH_EVENTS = 1000;
/** A station sends no more at once, unless one event alone is longer. */
export const MAX_BATCH_BYTES = 1024 * 1024;
export const eventsResponse = z.strictObject({
  epoch: id,
  /** Everything up to here is committed. */
  seq: z.int().nonnegative(),
  hash: hashHex,
  /** New in this request; the rest were exact repeats. */
  accepted: z.int().nonnegative(),
});
export type EventsResponse = z.infer<typeof eventsResponse>;

/** How the server judged an event. Nothing is dropped: what fails is stored and flagged. */
export const verdict = z.enum(['verified', 'unproven', 'disputed']);

/** One event as the console lists it. */
export const listedEvent = z.strictObject({
  /** Place in the server's list, ascending. */
  id: z.int().positive(),
  receivedAt: z.iso.datetime({ precision: 3 }),
  verdict,
  /** Why not verified; a code. */
  reason: z.string().optional(),
  hash: hashHex,
  /** The canonical bytes as text, verbatim. */
  canonical: z.string(),
});
/** GET /v1/console/events?station=&after=&before=&limit=: newest first with `before`, ascending with `after`. */
export const eventList = z.strictObject({ events: z.array(listedEvent) });
export type EventList = z.infer<typeof eventList>;

/** GET /v1/console/overview, and each message of the SSE stream GET /v1/console/stream (event `overview`). */
export const overview = z.strictObject({
  now: z.iso.datetime({ precision: 3 }),
  practice: z.string(),
  stations: z.array(
    z.strictObject({
      id,
      name: z.string(),
      group: z.string(),
      state: z.enum(['open', 'locked', 'parked', 'silent', 'new']),
      /** Shown name of the member on screen. */
      member: z.string().optional(),
      lastSeenAt: z.iso.datetime({ precision: 3 }).optional(),
    }),
  ),
  /** Newest first, at most 50. Names resolved at display. */
  events: z.array(
    z.strictObject({
      id: z.int().positive(),
      at: z.iso.datetime({ precision: 3 }),
      type: eventType,
      station: z.string(),
      member: z.string().optional(),
      cause: z.string().optional(),
      outcome: z.enum(['success', 'failure']),
      verdict,
      reason: z.string().optional(),
    }),
  ),
  /** Accesses today (accepted `session.opened` and `session.resumed`), by hour of the server's local day. */
  accessesByHour: z.array(z.int().nonnegative()).length(24),
  disputed: z.int().nonnegative(),
});
export type Overview = z.infer<typeof overview>;
