export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** Names under which secrets travel in this program; compared without case, `-` and `_`. */
const SECRET_NAMES: ReadonlySet<string> = new Set([
  'pin',
  'pinhash',
  'pintoken',
  'secret',
  'sharedsecret',
  'password',
  'pairingcode',
  'privatekey',
  'journalkey',
  'stationkey',
  'key',
  'token',
  'jwt',
  'authorization',
  'cookie',
  'nonce',
  'signature',
  'clientdatajson',
  'authenticatordata',
]);

const DEPTH = 6;
const MAX_TEXT = 2_000;

/** One line of JSON. Bytes and fields with a secret's name are refused: what they held is not in it. */
export function logLine(
  at: Date,
  level: LogLevel,
  code: string,
  fields: Readonly<Record<string, unknown>>,
): string {
  const line = { at: at.toISOString(), level, code };
  // Twice: they come first, and no field can take their place.
  return JSON.stringify({ ...line, ...cleanFields(fields, DEPTH), ...line });
}

function cleanFields(fields: object, depth: number): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      isSecretName(name) ? '[refused: secret]' : clean(value, depth - 1),
    ]),
  );
}

const isSecretName = (name: string): boolean =>
  SECRET_NAMES.has(name.toLowerCase().replaceAll(/[-_]/g, ''));

function clean(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.slice(0, MAX_TEXT);
  if (typeof value === 'bigint' || typeof value === 'symbol') return String(value);
  if (typeof value === 'function') return '[function]';
  if (typeof value !== 'object' || value === null) return value;
  if (
    ArrayBuffer.isView(value) ||
    value instanceof ArrayBuffer ||
    value instanceof SharedArrayBuffer
  ) {
    return `[refused: ${value.byteLength} bytes]`;
  }
  if (depth <= 0) return '[deeper]';
  if (value instanceof Error) return cleanError(value, depth);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => clean(item, depth - 1));
  if (value instanceof Map || value instanceof Set)
    return `[${value.constructor.name} of ${value.size}]`;
  return cleanFields(value, depth);
}

function cleanError(error: Error, depth: number): unknown {
  return {
    name: error.name,
    message: error.message.slice(0, MAX_TEXT),
    ...('code' in error ? { code: clean(error.code, depth - 1) } : {}),
    stack: error.stack
      ?.split('\n')
      .slice(1, 8)
      .map((line) => line.trim()),
    ...(error.cause === undefined ? {} : { cause: clean(error.cause, depth - 1) }),
  };
}
