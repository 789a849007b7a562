/**
 * What a database says when it is a matter of time: SQLSTATE
 * (https://www.postgresql.org/docs/18/errcodes-appendix.html), SQLite's and Node's codes.
 */
const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/**
 * The transaction lost to another one and left nothing: serialization failure, deadlock, or a row that
 * somebody else has just written under the same key, which the next try will see.
 */
export const isWorthAnotherTry = (error: unknown): boolean =>
  ['40001', '40P01', '23505'].includes(codeOf(error));

const away = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
]);

/** The database cannot be reached, starts, stops or has no connection left. */
export function isDatabaseAway(error: unknown): boolean {
  const code = codeOf(error);
  return (
    away.has(code) ||
    // Connection exceptions; operator intervention; too many connections.
    /^(08|57P)/.test(code) ||
    code === '53300' ||
    // `pg` has no code for a connection that ends under a query, or that does not come.
    (error instanceof Error &&
      /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed)/.test(
        error.message,
      ))
  );
}
