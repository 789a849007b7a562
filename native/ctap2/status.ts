/** CTAP2 status codes (CTAP 2.1 §8.2) that the client tells apart. */
export const STATUS = {
  OK: 0x00,
  INVALID_COMMAND: 0x01,
  CHANNEL_BUSY: 0x06,
  CREDENTIAL_EXCLUDED: 0x19,
  UNSUPPORTED_ALGORITHM: 0x26,
  OPERATION_DENIED: 0x27,
  KEY_STORE_FULL: 0x28,
  KEEPALIVE_CANCEL: 0x2d,
  NO_CREDENTIALS: 0x2e,
  USER_ACTION_TIMEOUT: 0x2f,
  PIN_INVALID: 0x31,
  PIN_BLOCKED: 0x32,
  PIN_AUTH_INVALID: 0x33,
  PIN_AUTH_BLOCKED: 0x34,
  PIN_NOT_SET: 0x35,
  PIN_POLICY_VIOLATION: 0x37,
  ACTION_TIMEOUT: 0x3a,
} as const;

/** The key answered with an error status. */
export class CtapStatusError extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`CTAP2 status 0x${status.toString(16).padStart(2, '0')}`);
    this.name = 'CtapStatusError';
    this.status = status;
  }
}

export type LinkFault =
  /** The device went away. */
  | 'removed'
  /** No answer, or no keepalive, within its time. */
  | 'silent'
  /** The key asked for a touch and nobody touched it in time. */
  | 'untouched'
  /** Another channel holds the key. */
  | 'busy'
  /** The key says that the message never reached it whole. */
  | 'unsynchronised'
  /** Outside the protocol: framing, length, CBOR, missing field. */
  | 'malformed'
  | 'cancelled';

/** The link to the key failed, or what came over it made no sense. */
export class CtapLinkError extends Error {
  readonly fault: LinkFault;
  constructor(fault: LinkFault, message: string = fault) {
    super(message);
    this.name = 'CtapLinkError';
    this.fault = fault;
  }
}
