import type { WireError } from '../common/wire.ts';

/** Every refusal on the wire: status and a sentence that says what to do. One catalogue. */
const catalogue = {
  invalid: [400, 'The request is not of the agreed form.'],
  'not-json': [400, 'The body is not JSON.'],
  empty: [400, 'The body holds no event: send at least one line.'],
  'not-canonical': [400, 'The line is not the RFC 8785 canonical form of its event.'],
  'mixed-epochs': [400, 'Send the events of one epoch per request.'],
  'not-ascending': [400, 'Send events in ascending order, each once.'],
  'out-of-tree': [400, 'The tree that was published has no such place.'],
  'no-authorization': [401, 'Sign the request: authorization: Wardlock <JWT>.'],
  'bad-token': [401, 'The request token is not a JWT of the agreed form.'],
  'wrong-typ': [401, 'The request token has the wrong typ.'],
  'wrong-alg': [401, 'The request token must be signed with EdDSA.'],
  'unknown-station': [401, 'This station is not paired here: pair it with a new code.'],
  'bad-signature': [401, 'The request token is not signed by this key.'],
  'wrong-method': [401, 'The request token was made for another method.'],
  'wrong-path': [401, 'The request token was made for another path.'],
  'wrong-body': [401, 'The request token was made for another body.'],
  'nonce-stale': [401, 'Sign again with the nonce of this answer.'],
  'no-console-token': [
    401,
    'Open the console with the address that the server printed when it started.',
  ],
  'no-metrics-token': [
    401,
    'Ask from the server’s own computer, or with the metrics token of its settings.',
  ],
  'pairing-code-unknown': [403, 'There is no such pairing code: make a new one at the server.'],
  'pairing-code-expired': [403, 'The pairing code has expired: make a new one at the server.'],
  'pairing-code-used': [403, 'The pairing code is used up: make a new one at the server.'],
  'station-pending': [
    403,
    'This station waits for an administrator: wardlock-server admin station approve.',
  ],
  'station-revoked': [403, 'The key of this station was revoked: pair it again with a new code.'],
  'station-in-use': [403, 'The station to take the place of is not revoked: revoke it first.'],
  'other-group': [403, 'The code is for another station group than that of this station.'],
  'foreign-station': [403, 'A station sends its own events only.'],
  'not-found': [404, 'There is nothing at this address.'],
  'no-directory': [404, 'This group has no directory yet: seed the server first.'],
  'no-checkpoint': [404, 'There is no checkpoint of the ledger yet: ask again in a second.'],
  'console-not-built': [404, 'The console is not built.'],
  'too-slow': [408, 'The request took too long to arrive.'],
  'chain-fork': [
    409,
    'An event does not follow the newest one that is stored here. It is kept as disputed; tell the administrator.',
  ],
  'epoch-not-approved': [
    409,
    'This station’s last journal is disputed. The new one is kept as disputed until an administrator approves it.',
  ],
  'chain-gap': [
    409,
    'Events are missing before the first of these. They are kept as disputed; send from the newest acknowledged one.',
  ],
  'entries-removed': [
    410,
    'Some of these entries were older than policy keeps them; their hashes are in the tiles.',
  ],
  'too-large': [413, 'The body is too large.'],
  'too-many-events': [413, 'Send fewer events per request.'],
  'line-too-long': [413, 'An event is longer than 65,535 bytes.'],
  'address-too-long': [414, 'The address is too long.'],
  'wrong-content-type': [415, 'The content type is not taken here.'],
  'slow-down': [429, 'Too many requests: try again after the seconds that retry-after says.'],
  'headers-too-long': [431, 'The headers are too long.'],
  internal: [500, 'The server failed; its log says more.'],
  'database-away': [503, 'The database cannot be used right now: try again in a moment.'],
  'too-many-streams': [503, 'Too many consoles are open: close one.'],
} as const satisfies Record<string, readonly [number, string]>;

export type RefusalCode = keyof typeof catalogue;

/** A refusal on its way to the client. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly status: number;
  readonly field: string | undefined;
  /** Seconds. */
  readonly retryAfter: number | undefined;

  constructor(
    code: RefusalCode,
    more: { message?: string; field?: string; retryAfter?: number } = {},
  ) {
    const [status, message] = catalogue[code];
    super(more.message ?? message);
    this.code = code;
    this.status = status;
    this.field = more.field;
    this.retryAfter = more.retryAfter;
  }

  toWire(): WireError {
    return {
      code: this.code,
      message: this.message,
      ...(this.field === undefined ? {} : { field: this.field }),
    };
  }
}
